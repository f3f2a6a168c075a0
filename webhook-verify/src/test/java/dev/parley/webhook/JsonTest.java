package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void findsWhatStandsAtAPath() {
    Object json =
        parse(
            " {\"a\" : [ {\"b\":\"\\u00e9\\n\\\"\\/\"}, -1.5e+3 ], \"c\":null, \"d\":true,"
                + " \"\":{}, \"e\":\"\"} ");
    assertThat(text(json, "a.0.b")).isEqualTo("é\n\"/");
    assertThat(text(json, "a.1")).isEqualTo("-1.5e+3");
    assertThat(text(json, "a.2")).isNull();
    assertThat(text(json, "a.x")).isNull();
    assertThat(text(json, "c")).isNull();
    assertThat(text(json, "d")).isEqualTo("true");
    assertThat(text(json, "e")).isEmpty();
    assertThat(text(json, "a")).isNull();
    assertThat(text(json, "c.d.e")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[,1]", "{a:1}", "'a'",
        "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u00g0\"", "\"\t\"", "01", "-", "1.", ".5", "1e", "+1",
        "0x1", "NaN", "Infinity", "tru", "nulll", "1 2", "[] []", "\uFEFF{}", "// a\n{}"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> assertThat(rejection.reason()).isEqualTo(Reason.MALFORMED));
  }

  @Test
  void refusesNamesThatStandTwice() {
    assertThatThrownBy(() -> parse("{\"a\":1,\"\\u0061\":2}"))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> assertThat(rejection.reason()).isEqualTo(Reason.AMBIGUOUS));
  }

  @Test
  void refusesWhatIsNotUtf8AndWhatIsTooDeep() {
    assertThatThrownBy(() -> Json.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}))
        .hasMessage("the body is not UTF-8");
    assertThat(parse("[".repeat(65) + "]".repeat(65))).isNotNull();
    assertThatThrownBy(() -> parse("[".repeat(66) + "]".repeat(66)))
        .hasMessage("JSON is nested more than 64 levels deep");
  }

  @Test
  void readsALongNumberAndALongString() {
    assertThat(text(parse("[" + "9".repeat(1_000_000) + "]"), "0")).hasSize(1_000_000);
    assertThat(text(parse("[\"" + "\\n".repeat(1_000_000) + "\"]"), "0")).hasSize(1_000_000);
  }

  private static Object parse(String text) {
    return Json.parse(Encoding.utf8(text));
  }

  private static String text(Object json, String path) {
    return Json.text(Json.at(json, path));
  }
}
