package dev.parley.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NemesisTest {
  private static final Fault[] FAULTS = {
    Fault.reset(), Fault.halfOpen(), Fault.resetAfter(Direction.TO_CLIENT, 0)
  };

  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = FaultProxy.to(server.getLocalPort());
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    server.close();
  }

  private List<Fault> steps(long seed) {
    try (Nemesis nemesis = Nemesis.seeded(seed).faults(FAULTS).over(proxy)) {
      return Stream.generate(nemesis::step).limit(50).toList();
    }
  }

  @Test
  void theSeedDecides() {
    assertThat(steps(5))
        .isEqualTo(steps(5))
        .isNotEqualTo(steps(6))
        .contains(FAULTS)
        .contains(Fault.none());
  }

  @Test
  void calmIsAPercentage() {
    try (Nemesis never = Nemesis.seeded(1).faults(FAULTS).calm(0).over(proxy);
        Nemesis always = Nemesis.seeded(1).faults(FAULTS).calm(100).over(proxy)) {
      for (int i = 0; i < 50; i++) {
        assertThat(never.step()).isNotEqualTo(Fault.none());
        assertThat(always.step()).isEqualTo(Fault.none());
      }
    }
  }

  @Test
  void aStepEndsTheTroubleOfTheOneBefore_andCloseEndsTheLast() throws Exception {
    Nemesis nemesis = Nemesis.seeded(3).faults(Fault.refuse()).over(proxy);
    boolean wasRefused = false;
    for (int i = 0; i < 20; i++) {
      boolean isRefusing = nemesis.step().equals(Fault.refuse());
      assertThat(isRefused()).isEqualTo(isRefusing);
      wasRefused |= isRefusing;
    }
    assertThat(wasRefused).isTrue();
    nemesis.close();
    nemesis.close();
    assertThat(isRefused()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(nemesis::step)
        .withMessage("Nemesis[seed 3, [refuse()], 20 steps] is closed");
  }

  @Test
  void stepsByItself_untilItIsClosed() {
    Nemesis nemesis = Nemesis.seeded(4).faults(FAULTS).over(proxy);
    nemesis.start(Duration.ofMillis(1));
    assertThatIllegalStateException()
        .isThrownBy(() -> nemesis.start(Duration.ofMillis(1)))
        .withMessageContaining("runs already");
    await().atMost(Duration.ofSeconds(30)).until(() -> nemesis.steps() > 20);
    nemesis.close();
    int steps = nemesis.steps();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("parley-nemesis");
    assertThat(nemesis.steps()).isEqualTo(steps);
  }

  @Test
  void stops_whenTheProxyIsClosedFirst() {
    Nemesis nemesis = Nemesis.seeded(4).faults(FAULTS).over(proxy);
    nemesis.start(Duration.ofMillis(1));
    proxy.close();
    nemesis.close();
  }

  @Test
  void rejectsWhatMakesNoSense() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Nemesis.seeded(1).over(proxy))
        .withMessage("a nemesis needs at least one fault: call faults(…) first");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Nemesis.seeded(1).calm(101))
        .withMessage("percent (101) must be 0 to 100");
    try (Nemesis nemesis = Nemesis.seeded(1).faults(FAULTS).over(proxy)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> nemesis.start(Duration.ZERO))
          .withMessage("pause (PT0S) must be more than zero");
    }
  }

  private boolean isRefused() throws Exception {
    try (Socket socket = new Socket(proxy.address().getAddress(), proxy.port())) {
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }
}
