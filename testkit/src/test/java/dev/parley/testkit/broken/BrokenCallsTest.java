package dev.parley.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Parley;
import dev.parley.testkit.MemoryHarness;
import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite is tested: it must fail drivers that are broken, by the tests that are meant to. */
@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenCallsTest {
  @Test
  void findsDriverThatRetriesOnItsOwn() {
    assertFails(
        RetriesOnItsOwn.class,
        "AMP_1_makesAsManyAttemptsAsConfigured",
        "RTY_2_doesNotRepeatUnsafeOperationAfterPossibleEffect",
        "RTY_3_doesNotRepeatWhatFailsForGood",
        "EFF_tellsThatThePeerMayHaveActedWhenTheReplyIsCut",
        "BUD_6_makesOneAttemptWhileRetriesAreSwitchedOff");
  }

  static class RetriesOnItsOwn extends Suite {
    RetriesOnItsOwn() {
      super(BrokenCalls.RETRIES_ON_ITS_OWN);
    }
  }

  @Test
  void findsDriverThatHidesThatItSent() {
    assertFails(
        HidesThatItSent.class,
        "EFF_tellsThatThePeerMayHaveActedWhenTheReplyIsCut",
        "RTY_2_doesNotRepeatUnsafeOperationAfterPossibleEffect",
        "DLN_2_countsAMissingAnswerAsPossibleEffect",
        "GRT_1_keepsItsWordWhileTheNetworkFails");
  }

  static class HidesThatItSent extends Suite {
    HidesThatItSent() {
      super(BrokenCalls.HIDES_THAT_IT_SENT);
    }
  }

  @Test
  void findsDriverThatClaimsThatItSent() {
    assertFails(
        ClaimsThatItSent.class,
        "EFF_tellsThatNothingWasSentWhenRefused",
        "RTY_1_retriesUnsafeOperationThatWasRefused");
  }

  static class ClaimsThatItSent extends Suite {
    ClaimsThatItSent() {
      super(BrokenCalls.CLAIMS_THAT_IT_SENT);
    }
  }

  @Test
  void findsDriverThatPassesPartsForTheWhole() {
    assertFails(
        PassesParts.class,
        "BDY_3_neverPassesAPartOfAReplyForTheWhole",
        "BDY_3_failsUnsafeOperationWhoseReplyIsTruncated");
  }

  static class PassesParts extends Suite {
    PassesParts() {
      super(BrokenCalls.PASSES_PARTS);
    }
  }

  @Test
  void findsDriverThatChangesTheKey() {
    assertFails(
        ChangesTheKey.class,
        "KEY_1_repeatsTheSameKeyOnEachAttempt",
        "RTY_1_retriesWhenTheReplyIsCut",
        "RTY_2_tellsTheKeyToRepeatWith");
  }

  static class ChangesTheKey extends Suite {
    ChangesTheKey() {
      super(BrokenCalls.CHANGES_THE_KEY);
    }
  }

  @Test
  void findsDriverThatIgnoresCancels() {
    assertFails(
        IgnoresCancels.class, "CAN_1_stopsWhenTheFutureIsCancelled", "CLS_2_leavesNothingBehind");
  }

  static class IgnoresCancels extends Suite {
    IgnoresCancels() {
      super(BrokenCalls.IGNORES_CANCELS);
    }
  }

  @Test
  void findsDriverThatDropsHints() {
    assertFails(
        DropsHints.class,
        "BKF_7_doesNotRetryBeforeThePeersHint",
        "BKF_9_failsAtOnceWhenThePeerAsksForTooMuchPatience");
  }

  static class DropsHints extends Suite {
    DropsHints() {
      super(BrokenCalls.DROPS_HINTS);
    }
  }

  @Test
  void findsDriverThatLeaksAThread() {
    SuiteRun run = assertFails(LeaksAThread.class, "CLS_2_leavesNothingBehind");

    assertThat(run.failed()).containsExactly("CLS_2_leavesNothingBehind");
  }

  static class LeaksAThread extends Suite {
    LeaksAThread() {
      super(BrokenCalls.LEAKS_A_THREAD);
    }
  }

  private static SuiteRun assertFails(Class<?> suite, String... tests) {
    return SuiteRun.of(suite).assertFailed(20, tests);
  }

  abstract static class Suite extends CallConformance {
    private final BrokenCalls broken;

    Suite(BrokenCalls broken) {
      this.broken = broken;
    }

    @Override
    protected CallHarness newHarness() {
      return new MemoryHarness("mem:notes") {
        @Override
        public Parley.Builder configure(Parley.Builder builder) {
          return builder.provider(DriverShell.around(memory(), broken::shell));
        }
      };
    }
  }
}
