package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoOptionsTest {
  @Test
  void hasDefaults() {
    assertThat(DemoOptions.parse())
        .isEqualTo(new DemoOptions(false, 3000, OptionalLong.empty(), false));
  }

  @Test
  void takesAllOptionsInAnyOrder() {
    assertThat(DemoOptions.parse("--seed", "-7", "--once", "--orders", "500"))
        .isEqualTo(new DemoOptions(true, 500, OptionalLong.of(-7), false));
    assertThat(DemoOptions.parse("--help").help()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--twice|unknown option '--twice'; known are --once, --orders N, --seed N and --help",
        "--seed|--seed needs a number, such as '--seed 500'",
        "--seed x|--seed needs a whole number, 'x' is none",
        "--orders 99|--orders must be 100 to 100000, it is 99",
        "--orders 100001|--orders must be 100 to 100000, it is 100001"
      })
  void saysWhatIsWrong(String line, String message) {
    assertThatThrownBy(() -> DemoOptions.parse(line.split(" ")))
        .isInstanceOf(DemoOptions.UsageException.class)
        .hasMessage(message);
  }
}
