package dev.parley.testkit.broken;

import dev.parley.Parley;
import dev.parley.testkit.MemoryHarness;
import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite of sends is tested: it must fail drivers that are broken. */
@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenSendsTest {
  @Test
  void findsDriverThatRetriesOnItsOwn() {
    SuiteRun.of(RetriesOnItsOwn.class)
        .assertFailed(
            20,
            "AMP_1_makesAsManyAttemptsAsConfigured",
            "RTY_2_doesNotRepeatUnsafeOperationAfterPossibleEffect",
            "BUD_6_makesOneAttemptWhileRetriesAreSwitchedOff");
  }

  static class RetriesOnItsOwn extends Suite {
    RetriesOnItsOwn() {
      super(BrokenCalls.RETRIES_ON_ITS_OWN);
    }
  }

  @Test
  void findsDriverThatHidesThatItSent() {
    SuiteRun.of(HidesThatItSent.class)
        .assertFailed(
            20,
            "EFF_tellsThatThePeerMayHaveActedWhenTheReplyIsCut",
            "RTY_2_doesNotRepeatUnsafeOperationAfterPossibleEffect");
  }

  static class HidesThatItSent extends Suite {
    HidesThatItSent() {
      super(BrokenCalls.HIDES_THAT_IT_SENT);
    }
  }

  @Test
  void findsDriverThatClaimsThatItSent() {
    SuiteRun.of(ClaimsThatItSent.class)
        .assertFailed(
            20,
            "EFF_tellsThatNothingWasSentWhenRefused",
            "RTY_1_retriesUnsafeOperationThatWasRefused");
  }

  static class ClaimsThatItSent extends Suite {
    ClaimsThatItSent() {
      super(BrokenCalls.CLAIMS_THAT_IT_SENT);
    }
  }

  @Test
  void findsDriverThatLeaksAThread() {
    SuiteRun.of(LeaksAThread.class).assertFailed(20, "CLS_2_leavesNothingBehind");
  }

  static class LeaksAThread extends Suite {
    LeaksAThread() {
      super(BrokenCalls.LEAKS_A_THREAD);
    }
  }

  abstract static class Suite extends SendConformance {
    private final BrokenCalls broken;

    Suite(BrokenCalls broken) {
      this.broken = broken;
    }

    @Override
    protected SendHarness newHarness() {
      return new MemoryHarness("mem:notes") {
        @Override
        public Parley.Builder configure(Parley.Builder builder) {
          return builder.provider(DriverShell.around(memory(), broken::shell));
        }
      };
    }
  }
}
