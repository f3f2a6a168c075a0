package dev.parley.testkit.broken;

import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Gap;
import dev.parley.Support;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.Settlement;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.util.List;
import java.util.Optional;

/** Streams and queues that are broken, each in one way. */
enum BrokenSources {
  /** Acknowledges what comes in before anybody has handled it. */
  ACKS_BEFORE_THE_HANDLER {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        @Override
        public void deliver(Inbound inbound) {
          acknowledge(this, inbound);
          super.deliver(inbound);
        }
      };
    }
  },

  /** Loses the first message after each reconnect, and says that nothing is missing. */
  LOSES_ON_RECONNECT {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        private boolean lost = request.connection() == 1;

        @Override
        public void deliver(Inbound inbound) {
          if (lost) {
            super.deliver(inbound);
          } else {
            lost = true;
            acknowledge(this, inbound);
            link.request(1);
          }
        }
      };
    }
  },

  /** Says that nothing is missing, whatever is. */
  HIDES_GAPS {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        @Override
        public Continuity continuity() {
          return new Continuity(Gap.NONE, "nothing to see here");
        }
      };
    }
  },

  /** Claims to resume streams, and to keep dead letters that it throws away. */
  LIES_ABOUT_FEATURES {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        @Override
        public void settle(Settlement settlement, List<Inbound> deliveries) throws Exception {
          super.settle(
              settlement instanceof Settlement.Reject ? Settlement.ACK : settlement, deliveries);
        }
      };
    }

    @Override
    Features features(Features good) {
      return good.with(Feature.RESUME, Support.NATIVE).with(Feature.DEAD_LETTER, Support.NATIVE);
    }
  },

  /** Sends more than was asked for. */
  IGNORES_CREDIT {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        @Override
        public void request(int more) {
          super.request(1_000);
        }
      };
    }
  },

  /** Tells nobody of a lost connection. */
  HIDES_LOSSES {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      return new LinkShell(request, inlet) {
        @Override
        public void lost(Throwable cause) {}
      };
    }
  },

  /** Leaves a thread behind for each connection. */
  LEAKS_A_THREAD {
    @Override
    LinkShell link(SourceRequest request, Inlet inlet) {
      BrokenCalls.Leak.start();
      return new LinkShell(request, inlet);
    }
  };

  abstract LinkShell link(SourceRequest request, Inlet inlet);

  Features features(Features good) {
    return good;
  }

  ChannelDriver shell(ChannelDriver good) {
    return new DriverShell(good) {
      @Override
      public Features features() {
        return BrokenSources.this.features(inner.features());
      }

      @Override
      public Optional<SourceDriver> source() {
        return inner.source().map(source -> LinkShell.around(source, BrokenSources.this::link));
      }
    };
  }

  private static void acknowledge(LinkShell shell, Inbound inbound) {
    try {
      shell.link.settle(Settlement.ACK, List.of(inbound));
    } catch (Exception e) {
      // The connection is gone.
    }
  }
}
