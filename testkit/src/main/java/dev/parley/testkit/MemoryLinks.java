package dev.parley.testkit;

import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.PollLink;
import dev.parley.spi.PushLink;
import dev.parley.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The two kinds of links to the in-memory peer. */
final class MemoryLinks {
  private MemoryLinks() {}

  /** What both have in common. */
  abstract static class Base implements Link, MemoryFaults.Cuttable {
    final MemoryDriver driver;
    final MemoryIntake intake;
    private final AtomicBoolean over = new AtomicBoolean();

    Base(MemoryDriver driver, MemoryIntake intake) {
      this.driver = driver;
      this.intake = intake;
      faults().connected(this);
    }

    final MemoryFaults faults() {
      return driver.memory().faults();
    }

    final boolean isOver() {
      return over.get();
    }

    /** Ends it; false if it had ended. */
    final boolean end() {
      if (!over.compareAndSet(false, true)) {
        return false;
      }
      faults().disconnected(this);
      intake.release();
      return true;
    }

    @Override
    public final Continuity continuity() {
      return intake.continuity();
    }

    @Override
    public final @Nullable Duration lease() {
      return driver.lease();
    }

    @Override
    public final void settle(Settlement settlement, List<Inbound> deliveries) throws Exception {
      if (isOver()) {
        throw MemoryException.cut("the connection is gone");
      }
      List<Inbound> settled = List.copyOf(deliveries);
      faults().pass(() -> intake.settle(settlement, settled));
    }

    @Override
    public final <N> Optional<N> unwrap(Class<N> nativeType) {
      return driver.unwrap(nativeType);
    }

    @Override
    public final void close() {
      end();
    }

    @Override
    public void abort() {
      end();
    }
  }

  /** One that tells. */
  static final class Push extends Base implements PushLink {
    private final Inlet inlet;
    private final Object pumping = new Object(); // held while messages are handed in, in order
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private int credit; // guarded by this

    Push(MemoryDriver driver, MemoryIntake intake, Inlet inlet) {
      super(driver, intake);
      this.inlet = inlet;
      intake.listen(this::schedule);
    }

    @Override
    public void request(int more) {
      synchronized (this) {
        credit += more;
      }
      schedule();
    }

    @Override
    public void ping() {
      faults().pass(inlet::alive);
    }

    @Override
    public void cut() {
      if (end()) {
        driver.later(
            Duration.ZERO, () -> inlet.lost(MemoryException.cut("the connection was cut")));
      }
    }

    private void schedule() {
      if (!isOver() && scheduled.compareAndSet(false, true)) {
        faults().pass(() -> driver.later(faults().latency(), this::pump));
      }
    }

    /** Hands in one message and makes way for the other members of the group. */
    private void pump() {
      scheduled.set(false);
      synchronized (pumping) {
        if (isOver() || !takeCredit()) {
          return;
        }
        List<Inbound> taken = intake.take(1);
        taken.forEach(inlet::deliver);
        if (!taken.isEmpty()) {
          schedule();
          return;
        }
        giveCreditBack();
        if (intake.isEnded() && end()) {
          inlet.ended();
        }
      }
    }

    private synchronized boolean takeCredit() {
      if (credit == 0) {
        return false;
      }
      credit--;
      return true;
    }

    private synchronized void giveCreditBack() {
      credit++;
    }
  }

  /** One that is asked. */
  static final class Poll extends Base implements PollLink {
    private final MemoryGate gate = new MemoryGate();
    private volatile boolean woken;
    private volatile @Nullable MemoryException lost;
    private List<Inbound> taken = List.of(); // by the engine's thread only

    Poll(MemoryDriver driver, MemoryIntake intake) {
      super(driver, intake);
      intake.listen(gate::signal);
    }

    @Override
    public List<Inbound> poll(int max, Duration wait) throws Exception {
      taken = List.of();
      boolean answered =
          gate.await(driver.time(), wait.toNanos(), () -> woken || lost != null || take(max));
      if (!answered && max > 0 && faults().isFrozen()) {
        throw MemoryException.cut("the peer did not answer the poll");
      }
      MemoryException cause = lost;
      if (cause != null) {
        throw cause;
      }
      woken = false;
      if (taken.isEmpty() && max > 0 && intake.isEnded()) {
        throw new EndOfStream();
      }
      return taken;
    }

    private boolean take(int max) {
      if (max > 0 && !faults().isFrozen()) {
        taken = intake.take(max);
      }
      return !taken.isEmpty() || (max > 0 && intake.isEnded());
    }

    @Override
    public void wakeup() {
      woken = true;
      gate.signal();
    }

    @Override
    public void abort() {
      lost = MemoryException.cut("the connection was closed");
      end();
      gate.signal();
    }

    @Override
    public void cut() {
      lost = MemoryException.cut("the connection was cut");
      end();
      gate.signal();
    }
  }
}
