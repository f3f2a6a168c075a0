package dev.parley.testkit.broken;

import dev.parley.Parley;
import dev.parley.testkit.MemoryHarness;
import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suites of streams and queues are tested: they must fail drivers that are broken. */
@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenSourcesTest {
  @Test
  void findsQueueThatAcknowledgesBeforeTheHandler() {
    SuiteRun.of(AcksEarly.class)
        .assertFailed(
            10,
            "HON_doesNotAcknowledgeBeforeTheHandlerHasReturned",
            "RD_deliversAgainWhatWasNotSettledBeforeACut",
            "DLQ_2_rejectsOnDemand");
  }

  static class AcksEarly extends Queue {
    AcksEarly() {
      super("mem:notes", BrokenSources.ACKS_BEFORE_THE_HANDLER);
    }
  }

  @Test
  void findsQueueThatLosesOnReconnect() {
    SuiteRun.of(QueueLoses.class)
        .assertFailed(
            10,
            "CON_1_tellsOfEachConnectionOnceAndBeforeItsFirstDelivery",
            "GRT_1_keepsItsWordWhileTheNetworkFails");
  }

  static class QueueLoses extends Queue {
    QueueLoses() {
      super("mem:notes", BrokenSources.LOSES_ON_RECONNECT);
    }
  }

  @Test
  void findsStreamThatLosesOnReconnect() {
    SuiteRun.of(StreamLoses.class)
        .assertFailed(
            15, "CON_1_losesNothingWhereThePeerResumes", "GRT_1_keepsItsWordWhileTheNetworkFails");
  }

  static class StreamLoses extends Stream {
    StreamLoses() {
      super("mem:notes", BrokenSources.LOSES_ON_RECONNECT);
    }
  }

  @Test
  void findsStreamThatHidesGaps() {
    SuiteRun.of(HidesGaps.class).assertFailed(20, "CON_1_isNeverSilentAboutAGap");
  }

  static class HidesGaps extends Stream {
    HidesGaps() {
      super("mem:notes?without=resume,replay", BrokenSources.HIDES_GAPS);
    }
  }

  @Test
  void findsStreamThatLiesAboutResuming() {
    SuiteRun.of(StreamLies.class).assertFailed(20, "CON_1_losesNothingWhereThePeerResumes");
  }

  static class StreamLies extends Stream {
    StreamLies() {
      super("mem:notes?without=resume,replay", BrokenSources.LIES_ABOUT_FEATURES);
    }
  }

  @Test
  void findsQueueThatLiesAboutDeadLetters() {
    SuiteRun.of(QueueLies.class)
        .assertFailed(
            20,
            "DLQ_1_rejectsAtOnceWhatCannotBeRead",
            "DLQ_1_rejectsWhatFailsAsOftenAsItMay",
            "DLQ_2_rejectsOnDemand");
  }

  static class QueueLies extends Queue {
    QueueLies() {
      super("mem:notes", BrokenSources.LIES_ABOUT_FEATURES);
    }
  }

  @Test
  void findsStreamThatIgnoresCredit() {
    SuiteRun.of(IgnoresCredit.class).assertFailed(20, "BUF_3_holdsASlowConsumerWithinItsBuffer");
  }

  static class IgnoresCredit extends Stream {
    IgnoresCredit() {
      super("mem:notes", BrokenSources.IGNORES_CREDIT);
    }
  }

  @Test
  void findsStreamThatHidesLosses() {
    SuiteRun.of(HidesLosses.class)
        .assertFailed(
            10,
            "CON_1_tellsOfEachConnectionOnceAndBeforeItsFirstElement",
            "CON_1_losesNothingWhereThePeerResumes");
  }

  static class HidesLosses extends Stream {
    HidesLosses() {
      super("mem:notes", BrokenSources.HIDES_LOSSES);
    }
  }

  @Test
  void findsStreamThatLeaksAThread() {
    SuiteRun.of(StreamLeaks.class).assertFailed(20, "CLS_2_leavesNothingBehind");
  }

  static class StreamLeaks extends Stream {
    StreamLeaks() {
      super("mem:notes", BrokenSources.LEAKS_A_THREAD);
    }
  }

  @Test
  void findsQueueThatLeaksAThread() {
    SuiteRun.of(QueueLeaks.class).assertFailed(20, "CLS_2_leavesNothingBehind");
  }

  static class QueueLeaks extends Queue {
    QueueLeaks() {
      super("mem:notes", BrokenSources.LEAKS_A_THREAD);
    }
  }

  abstract static class Stream extends StreamConformance {
    private final String uri;
    private final BrokenSources broken;

    Stream(String uri, BrokenSources broken) {
      this.uri = uri;
      this.broken = broken;
    }

    @Override
    protected StreamHarness newHarness() {
      return harness(uri, broken);
    }
  }

  abstract static class Queue extends QueueConformance {
    private final String uri;
    private final BrokenSources broken;

    Queue(String uri, BrokenSources broken) {
      this.uri = uri;
      this.broken = broken;
    }

    @Override
    protected QueueHarness newHarness() {
      return harness(uri, broken);
    }
  }

  private static MemoryHarness harness(String uri, BrokenSources broken) {
    return new MemoryHarness(uri) {
      @Override
      public Parley.Builder configure(Parley.Builder builder) {
        return builder.provider(DriverShell.around(memory(), broken::shell));
      }
    };
  }
}
