package dev.parley.testkit.broken;

import dev.parley.spi.ChannelDriver;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** Sessions that are broken, each in one way. */
enum BrokenSessions {
  /** Loses every third message that comes in. */
  LOSES_WHAT_COMES_IN {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        private int count;

        @Override
        public void deliver(Inbound inbound) {
          if (++count % 3 == 0) {
            link.request(1);
          } else {
            super.deliver(inbound);
          }
        }
      };
    }
  },

  /** Loses every fifth message that goes out, on all connections but the first. */
  LOSES_ONCE_RECONNECTED {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        private int count;

        @Override
        public boolean offer(Object message) throws Exception {
          return (connection > 1 && ++count % 5 == 0) || super.offer(message);
        }
      };
    }
  },

  /** Says that it has sent what it keeps, however much that is. */
  IGNORES_THE_WINDOW {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        private final Queue<Object> kept = new ArrayDeque<>();

        @Override
        public synchronized boolean offer(Object message) throws Exception {
          if (!kept.isEmpty() || !super.offer(message)) {
            kept.add(message);
          }
          return true;
        }

        @Override
        public synchronized void writable() {
          try {
            while (!kept.isEmpty() && super.offer(kept.peek())) {
              kept.remove();
            }
          } catch (Exception e) {
            lost(e);
          }
        }
      };
    }
  },

  /** Takes in more than was asked for. */
  IGNORES_CREDIT {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        @Override
        public void request(int more) {
          super.request(1_000);
        }
      };
    }
  },

  /** Does not tell the peer that nothing more comes. */
  FORGETS_TO_COMPLETE {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        @Override
        public void complete() {}
      };
    }
  },

  /** Tells nobody of a lost connection. */
  HIDES_LOSSES {
    @Override
    Shell shell(Inlet inlet, int connection) {
      return new Shell(inlet) {
        @Override
        public void lost(Throwable cause) {}
      };
    }
  },

  /** Leaves a thread behind for each connection. */
  LEAKS_A_THREAD {
    @Override
    Shell shell(Inlet inlet, int connection) {
      BrokenCalls.Leak.start();
      return new Shell(inlet);
    }
  };

  abstract Shell shell(Inlet inlet, int connection);

  ChannelDriver shell(ChannelDriver good) {
    return new DriverShell(good) {
      @Override
      public Optional<DuplexDriver> duplex() {
        return inner
            .duplex()
            .map(sessions ->
                (request, inlet) -> {
                  Shell shell = BrokenSessions.this.shell(inlet, request.connection());
                  shell.link = sessions.connect(request, shell);
                  return shell;
                });
      }
    };
  }

  /** A link of a session, and its inlet, around good ones. */
  private static class Shell extends LinkShell implements DuplexLink {
    Shell(Inlet inlet) {
      super(null, inlet);
    }

    @Override
    public boolean offer(Object message) throws Exception {
      return ((DuplexLink) link).offer(message);
    }

    @Override
    public void complete() throws Exception {
      ((DuplexLink) link).complete();
    }
  }
}
