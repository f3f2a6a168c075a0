package dev.parley.testkit;

import dev.parley.Gap;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Continuity;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sessions of the in-memory peer. */
final class MemoryDuplex implements DuplexDriver {
  private final MemoryDriver driver;

  MemoryDuplex(MemoryDriver driver) {
    this.driver = driver;
  }

  @Override
  public DuplexLink connect(SessionRequest request, Inlet inlet) throws Exception {
    driver.dial();
    return connect(request, request.operation(), inlet);
  }

  private <O, I> DuplexLink connect(SessionRequest request, Operation<O, I> operation, Inlet inlet)
      throws Exception {
    Ends<O, I> ends = new Ends<>(driver, operation, inlet);
    driver.memory().accepted(request, operation, ends);
    driver.memory().faults().connected(ends);
    return ends;
  }

  /** Both ends of one session. */
  private static final class Ends<O, I>
      implements DuplexLink, MemorySession<O, I>, MemoryFaults.Cuttable {
    private final MemoryDriver driver;
    private final TypeRef<O> outgoing;
    private final TypeRef<I> incoming;
    private final Inlet inlet;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean pumpingOut = new AtomicBoolean();
    private final AtomicBoolean pumpingIn = new AtomicBoolean();
    private final Object takingOut = new Object(); // held while the peer takes one
    private final Object takingIn = new Object(); // held while the program is handed one

    // Guarded by this.
    private final Queue<O> window = new ArrayDeque<>();
    private final List<O> received = new ArrayList<>();
    private final Queue<I> sent = new ArrayDeque<>();
    private @Nullable Consumer<? super O> receiver;
    private @Nullable Runnable completion;
    private int credit;
    private boolean wantsToWrite;
    private boolean paused;
    private boolean complete;
    private boolean closing;

    Ends(MemoryDriver driver, Operation<O, I> operation, Inlet inlet) {
      this.driver = driver;
      this.outgoing = operation.requestType();
      this.incoming = operation.replyType();
      this.inlet = inlet;
    }

    // ------------------------------------------------------------ the program's end

    @Override
    public Continuity continuity() {
      return new Continuity(Gap.POSSIBLE, "a session has no past");
    }

    @Override
    @SuppressWarnings("unchecked") // a session of this operation sends its request type only
    public boolean offer(Object message) throws Exception {
      if (over.get()) {
        throw MemoryException.cut("the connection is gone");
      }
      Payload encoded = driver.codecs().codec(outgoing).encode((O) message);
      synchronized (this) {
        if (window.size() >= driver.window()) {
          wantsToWrite = true;
          return false;
        }
        O decoded = driver.codecs().decode(outgoing, encoded);
        window.add(decoded);
        received.add(decoded);
      }
      scheduleOut();
      return true;
    }

    @Override
    public void complete() {
      if (!driver.halfCloses()) {
        return;
      }
      synchronized (this) {
        complete = true;
      }
      scheduleOut();
    }

    @Override
    public void request(int more) {
      synchronized (this) {
        credit += more;
      }
      scheduleIn();
    }

    @Override
    public void ping() {
      driver.memory().faults().pass(inlet::alive);
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return nativeType.isInstance(this)
          ? Optional.of(nativeType.cast(this))
          : driver.unwrap(nativeType);
    }

    @Override
    public void abort() {
      finish();
    }

    @Override
    public void cut() {
      if (finish()) {
        driver.later(
            Duration.ZERO, () -> inlet.lost(MemoryException.cut("the connection was cut")));
      }
    }

    private boolean finish() {
      if (!over.compareAndSet(false, true)) {
        return false;
      }
      driver.memory().faults().disconnected(this);
      return true;
    }

    @Override
    public void close() {
      finish();
    }

    // ------------------------------------------------------------ the peer's end

    @Override
    public void onMessage(Consumer<? super O> newReceiver) {
      synchronized (this) {
        receiver = newReceiver;
      }
      scheduleOut();
    }

    @Override
    public void onComplete(Runnable action) {
      synchronized (this) {
        completion = action;
      }
      scheduleOut();
    }

    @Override
    public void send(I message) {
      synchronized (this) {
        sent.add(message);
      }
      scheduleIn();
    }

    @Override
    public void end() {
      synchronized (this) {
        closing = true;
      }
      scheduleIn();
    }

    @Override
    public synchronized void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      synchronized (this) {
        paused = false;
      }
      scheduleOut();
    }

    @Override
    public synchronized List<O> received() {
      return List.copyOf(received);
    }

    @Override
    public synchronized boolean isComplete() {
      return complete;
    }

    @Override
    public boolean isOpen() {
      return !over.get();
    }

    // ------------------------------------------------------------ the two directions

    private void scheduleOut() {
      if (pumpingOut.compareAndSet(false, true)) {
        MemoryFaults faults = driver.memory().faults();
        faults.pass(() -> driver.later(faults.latency(), this::pumpOut));
      }
    }

    private void pumpOut() {
      pumpingOut.set(false);
      synchronized (takingOut) {
        O message;
        Consumer<? super O> taker;
        Runnable ending = null;
        boolean opened = false;
        synchronized (this) {
          taker = receiver;
          if (taker == null || paused) {
            return;
          }
          message = window.poll();
          if (message == null) {
            if (complete) {
              ending = completion;
              completion = null;
            }
          } else if (wantsToWrite) {
            wantsToWrite = false;
            opened = true;
          }
        }
        if (ending != null) {
          ending.run();
        }
        if (message != null) {
          taker.accept(message);
          scheduleOut();
        }
        if (opened) {
          inlet.writable();
        }
      }
    }

    private void scheduleIn() {
      if (!over.get() && pumpingIn.compareAndSet(false, true)) {
        MemoryFaults faults = driver.memory().faults();
        faults.pass(() -> driver.later(faults.latency(), this::pumpIn));
      }
    }

    private void pumpIn() {
      pumpingIn.set(false);
      synchronized (takingIn) {
        if (over.get()) {
          return;
        }
        I message;
        boolean last;
        synchronized (this) {
          last = closing && sent.isEmpty();
          message = credit > 0 ? sent.poll() : null;
          if (message != null) {
            credit--;
          }
        }
        if (message != null) {
          inlet.deliver(new Inbound(driver.codecs().codec(incoming).encode(message)));
          scheduleIn();
        } else if (last && finish()) {
          inlet.ended();
        }
      }
    }
  }
}
