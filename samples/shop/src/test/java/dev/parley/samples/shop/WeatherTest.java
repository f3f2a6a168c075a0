package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeatherTest {
  private static final Weather.Spell STORM =
      new Weather.Spell("storm", 100, new Weather.Odds(10, 5, 20, 1), true, 0, false);

  @Test
  void fillsTheWholeRun() {
    assertThat(Weather.SPELLS.stream().mapToInt(Weather.Spell::percent).sum()).isEqualTo(100);
    assertThat(Weather.SPELLS.stream().filter(Weather.Spell::restarts)).hasSize(1);
  }

  @Test
  void isTheSame_forTheSameSeed() {
    assertThat(mishaps(7)).isEqualTo(mishaps(7)).isNotEqualTo(mishaps(8));
    assertThat(connections(7)).isEqualTo(connections(7)).isNotEqualTo(connections(8));
  }

  @Test
  void isAsBadAsTheOddsSay() {
    Map<Mishap, Integer> counts = new EnumMap<>(Mishap.class);
    Weather weather = new Weather(7);
    for (int order = 0; order < 20_000; order++) {
      counts.merge(weather.mishap(STORM, "order-" + order, 1), 1, Integer::sum);
    }

    assertThat(counts.get(Mishap.BUSY) / 200.0).isCloseTo(10, within(1.0));
    assertThat(counts.get(Mishap.THROTTLED) / 200.0).isCloseTo(5, within(1.0));
    assertThat(counts.get(Mishap.BUSY_AFTER_PLACING) / 200.0).isCloseTo(20, within(1.0));
    assertThat(counts.get(Mishap.SLOW) / 200.0).isCloseTo(1, within(0.5));
  }

  @Test
  void anOrderDoesNotMeetTheSameMishapForEver() {
    Weather weather = new Weather(7);
    for (int order = 0; order < 100; order++) {
      int arrival = 1;
      while (weather.mishap(STORM, "order-" + order, arrival) != Mishap.NONE) {
        arrival++;
      }
      assertThat(arrival).isLessThan(15);
    }
  }

  private static String mishaps(long seed) {
    Weather weather = new Weather(seed);
    StringBuilder mishaps = new StringBuilder();
    for (int order = 0; order < 100; order++) {
      mishaps.append(weather.mishap(STORM, "order-" + order, 1)).append(' ');
    }
    return mishaps.toString();
  }

  private static String connections(long seed) {
    return new Weather(seed).connections(STORM).toString();
  }
}
