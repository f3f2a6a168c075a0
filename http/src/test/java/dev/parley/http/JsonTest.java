package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static Json json(String text) {
    return Json.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "{\"a\":{\"b\":[1,{\"c\":\"x\"}]}}|/a/b/1/c|x",
        "{\"a/b\":{\"m~n\":true}}|/a~1b/m~0n|true",
        "{ \"n\" : -1.5e3 , \"z\" : null }|/n|-1.5e3",
        "{\"z\":null}|/z|none",
        "{\"a\":1}|/b|none",
        "{\"a\":{}}|/a|none",
        "{\"a\":[]}|/a/0|none",
        "[1,2]|/01|none",
        "{\"\\u0061\":1}|/a|1",
      })
  void findsWhatStandsAtAPointer(String text, String pointer, String expected) {
    assertThat(json(text).text(pointer)).isEqualTo(expected);
  }

  @Test
  void readsEscapes() {
    assertThat(json("\"q\\\"\\u00e4\\n\\\\\\/\"").text("")).isEqualTo("q\"ä\n\\/");
    assertThatThrownBy(() -> json("\"\\u00zz\"").text(""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tellsNullAndTextFromTheRest() {
    Json json = json("[null, \"null\", 7]");

    assertThat(json.elements()).extracting(Json::isNull).containsExactly(true, false, false);
    assertThat(json.elements()).extracting(Json::isText).containsExactly(false, true, false);
  }

  @Test
  void splitsArraysIntoTheBytesOfTheirElements() {
    Json array = json(" { \"x\" : [ 1 , {\"a\":[1,2]} ,\"],\" ] } ").at("/x");

    assertThat(array.isArray()).isTrue();
    assertThat(array.elements())
        .extracting(element -> new String(element.toByteArray(), StandardCharsets.UTF_8))
        .containsExactly("1", "{\"a\":[1,2]}", "\"],\"");
    assertThat(array).hasToString("Json[25 bytes]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "[1 2]",
        "\"x",
        "tru",
        "1 2",
        "{a:1}"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> json(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not JSON at byte ");
  }

  @Test
  void refusesWhatIsNestedTooDeeply() {
    assertThatThrownBy(() -> json("[".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverRunsPastItsText() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String alphabet = "{}[]\",:\\u01eEtrufalsn -";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(14); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Json json = json(text.toString());
        json.at("/a/0");
        if (json.isArray()) {
          json.elements();
        }
      } catch (IllegalArgumentException expected) {
        // Most are not JSON.
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", text " + text, e);
      }
    }
  }
}
