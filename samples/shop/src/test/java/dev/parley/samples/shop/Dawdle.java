package dev.parley.samples.shop;

import java.util.concurrent.CountDownLatch;

/** What a slow request does: it waits until the test lets it go, or the shop is killed. */
final class Dawdle implements Runnable {
  private final CountDownLatch letGo = new CountDownLatch(1);

  void letGo() {
    letGo.countDown();
  }

  @Override
  public void run() {
    try {
      letGo.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the shop stopped while it worked on the order", e);
    }
  }
}
