package dev.parley.testkit.broken;

import dev.parley.Parley;
import dev.parley.testkit.MemoryHarness;
import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite of sessions is tested: it must fail drivers that are broken. */
@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenSessionsTest {
  @Test
  void findsDriverThatLosesWhatComesIn() {
    SuiteRun.of(Loses.class)
        .assertFailed(
            8,
            "API_talksInBothDirections",
            "BUF_3_holdsAPeerThatSendsTooMuch",
            "GRT_1_keepsItsWordWhileTheNetworkFails");
  }

  static class Loses extends Suite {
    Loses() {
      super(BrokenSessions.LOSES_WHAT_COMES_IN);
    }
  }

  @Test
  void findsDriverThatLosesOnceReconnected() {
    SuiteRun.of(LosesOnceReconnected.class)
        .assertFailed(12, "GRT_1_keepsItsWordWhileTheNetworkFails");
  }

  static class LosesOnceReconnected extends Suite {
    LosesOnceReconnected() {
      super(BrokenSessions.LOSES_ONCE_RECONNECTED);
    }
  }

  @Test
  void findsDriverThatIgnoresTheWindow() {
    SuiteRun.of(IgnoresTheWindow.class)
        .assertFailed(
            10,
            "BUF_1_waitsWhileThePeersWindowIsClosed",
            "CAN_2_stopsWaitingToSendWhenInterrupted");
  }

  static class IgnoresTheWindow extends Suite {
    IgnoresTheWindow() {
      super(BrokenSessions.IGNORES_THE_WINDOW);
    }
  }

  @Test
  void findsDriverThatIgnoresCredit() {
    SuiteRun.of(IgnoresCredit.class).assertFailed(10, "BUF_3_holdsAPeerThatSendsTooMuch");
  }

  static class IgnoresCredit extends Suite {
    IgnoresCredit() {
      super(BrokenSessions.IGNORES_CREDIT);
    }
  }

  @Test
  void findsDriverThatForgetsToComplete() {
    SuiteRun.of(ForgetsToComplete.class).assertFailed(10, "API_completesOneDirection");
  }

  static class ForgetsToComplete extends Suite {
    ForgetsToComplete() {
      super(BrokenSessions.FORGETS_TO_COMPLETE);
    }
  }

  @Test
  void findsDriverThatHidesLosses() {
    SuiteRun.of(HidesLosses.class)
        .assertFailed(8, "REC_endsWithItsConnection", "REC_reconnectsAndGreetsIfAsked");
  }

  static class HidesLosses extends Suite {
    HidesLosses() {
      super(BrokenSessions.HIDES_LOSSES);
    }
  }

  @Test
  void findsDriverThatLeaksAThread() {
    SuiteRun.of(LeaksAThread.class).assertFailed(10, "CLS_2_leavesNothingBehind");
  }

  static class LeaksAThread extends Suite {
    LeaksAThread() {
      super(BrokenSessions.LEAKS_A_THREAD);
    }
  }

  abstract static class Suite extends DuplexConformance {
    private final BrokenSessions broken;

    Suite(BrokenSessions broken) {
      this.broken = broken;
    }

    @Override
    protected DuplexHarness newHarness() {
      return new MemoryHarness("mem:notes?window=4") {
        @Override
        public Parley.Builder configure(Parley.Builder builder) {
          return builder.provider(DriverShell.around(memory(), broken::shell));
        }
      };
    }
  }
}
