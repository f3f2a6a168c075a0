package dev.parley.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScriptTest {
  private static final Fault A = Fault.reset();
  private static final Fault B = Fault.closeAfterAccept();
  private static final Fault NONE = Fault.none();

  private static List<Fault> first(int turns, Script script) {
    return IntStream.range(0, turns).mapToObj(script::fault).toList();
  }

  @Test
  void goesThroughItsPartsInOrder() {
    assertThat(first(3, Script.none())).containsExactly(NONE, NONE, NONE);
    assertThat(first(3, Script.next(2, A))).containsExactly(A, A, NONE);
    assertThat(first(3, Script.onConnection(2, A))).containsExactly(NONE, A, NONE);
    assertThat(first(3, Script.always(A))).containsExactly(A, A, A);
    assertThat(first(5, Script.onConnection(2, A).then(Script.next(1, B)).then(Script.always(A))))
        .containsExactly(NONE, A, B, A, A);
    assertThat(Script.always(A).fault(Integer.MAX_VALUE - 1)).isEqualTo(A);
  }

  @Test
  void readsLikeTheCallsThatMadeIt() {
    assertThat(Script.next(2, A).then(Script.onConnection(3, B)).then(Script.always(NONE)))
        .hasToString(
            "next(2, reset()).then(onConnection(3, closeAfterAccept())).then(always(none()))");
    assertThat(Script.none().then(Script.next(1, A))).hasToString("next(1, reset())");
    assertThat(Script.randomly(5, Map.of(A, 3))).hasToString("randomly(seed 5, [reset()=3])");
  }

  @Test
  void randomScriptDependsOnSeedAndWeights_notOnTheKindOfMap() {
    Map<Fault, Integer> oneWay = new LinkedHashMap<>();
    oneWay.put(A, 1);
    oneWay.put(B, 3);
    oneWay.put(NONE, 6);
    Map<Fault, Integer> otherWay = new LinkedHashMap<>();
    otherWay.put(NONE, 6);
    otherWay.put(B, 3);
    otherWay.put(A, 1);
    List<Fault> drawn = first(10_000, Script.randomly(42, oneWay));

    assertThat(first(10_000, Script.randomly(42, otherWay))).isEqualTo(drawn);
    assertThat(first(10_000, Script.randomly(43, oneWay))).isNotEqualTo(drawn);
    Map<String, Integer> counts = new TreeMap<>();
    drawn.forEach(fault -> counts.merge(fault.toString(), 1, Integer::sum));
    assertThat(counts.get("reset()")).isBetween(850, 1_150);
    assertThat(counts.get("closeAfterAccept()")).isBetween(2_800, 3_200);
  }

  @Test
  void rejectsWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.next(0, A))
        .withMessage("connections (0) must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.onConnection(0, A))
        .withMessage("number (0) must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.always(A).then(Script.next(1, B)))
        .withMessage(
            "always(reset()) never ends, so next(1, closeAfterAccept()) would never begin. Turn the order round");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.randomly(1, Map.of()))
        .withMessage("weights must name at least one fault");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.randomly(1, Map.of(A, 0)))
        .withMessage("the weight of reset() (0) must be at least 1");
  }

  @Test
  void faultsAreValues() {
    assertThat(Fault.resetAfter(Direction.TO_CLIENT, 3))
        .isEqualTo(Fault.resetAfter(Direction.TO_CLIENT, 3))
        .hasSameHashCodeAs(Fault.resetAfter(Direction.TO_CLIENT, 3))
        .isNotEqualTo(Fault.resetAfter(Direction.TO_SERVER, 3));
    assertThat(Fault.slow(10).and(Fault.none()).and(Fault.corrupt(Direction.TO_CLIENT, 1, 2)))
        .hasToString("slow(10).and(corrupt(TO_CLIENT, 1, 0x2))");
    assertThat(Fault.delay(Direction.TO_CLIENT, Duration.ofMillis(5), Duration.ZERO))
        .hasToString("delay(TO_CLIENT, PT0.005S, PT0S)");
    assertThat(Fault.none().and(A)).isEqualTo(A);
  }

  @Test
  void faultsRejectWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.resetAfter(Direction.TO_CLIENT, -1))
        .withMessage("bytes (-1) must not be negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.slow(0))
        .withMessage("bytesPerSecond (0) must be at least 1; to stop all traffic use halfOpen()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.slice(0, Duration.ZERO))
        .withMessage("chunkSize (0) must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.delay(Duration.ofMillis(-1), Duration.ZERO))
        .withMessage("base (PT-0.001S) must not be negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.refuse(Duration.ZERO))
        .withMessage("outage must be more than zero");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.corrupt(Direction.TO_CLIENT, 0, 256))
        .withMessage(
            "mask (256) must be 1 to 255: it is applied to one byte, and 0 changes nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.refuse().and(Fault.reset()))
        .withMessage(
            "cannot combine refuse() with reset(): a refused connection does not exist, so nothing else can happen to it");
  }
}
