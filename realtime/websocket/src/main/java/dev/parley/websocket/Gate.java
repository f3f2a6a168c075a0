package dev.parley.websocket;

/**
 * Holds back a container of another maker, which has no credit, by letting its thread wait. It is
 * always open for our own, which reads no more than it may.
 */
final class Gate {
  // Guarded by this.
  private boolean removed;
  private long credit;

  Gate(boolean open) {
    this.removed = open;
  }

  synchronized void open(int more) {
    credit += more;
    notifyAll();
  }

  synchronized void remove() {
    removed = true;
    notifyAll();
  }

  /** Waits for room; returns false if the thread was interrupted. */
  synchronized boolean pass() {
    while (!removed && credit == 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    credit--;
    return true;
  }
}
