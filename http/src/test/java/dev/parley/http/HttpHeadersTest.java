package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ConfigurationException;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

class HttpHeadersTest {
  private static final Headers BASE = Headers.of("A", "1", "B", "2", "a", "3");

  @Test
  void copiesNothingWhenNothingIsAdded() {
    assertThat(new HttpHeaders(BASE).build()).isSameAs(BASE);
  }

  @Test
  void addsReplacesAndSets() {
    HttpHeaders headers = new HttpHeaders(BASE);
    headers.replace("A", "4");
    headers.replace("a", "5");
    headers.add("C", "6");
    headers.set("B", "7");

    assertThat(headers.build()).isEqualTo(Headers.of("A", "4", "a", "5", "C", "6", "B", "7"));
  }

  @Test
  void grows() {
    HttpHeaders headers = new HttpHeaders(BASE);
    for (int i = 0; i < 100; i++) {
      headers.add("N" + i, "v");
    }
    assertThat(headers.build().size()).isEqualTo(103);
  }

  @Test
  void neverQuotesAValue() {
    assertThatThrownBy(() -> new HttpHeaders(BASE).set("X", "secret\nY: 1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the value of header X holds a character that HTTP does not allow at index 6; encode"
                + " it, for example as base64");
    assertThatThrownBy(() -> new HttpHeaders(BASE).add("", "secret"))
        .hasMessage("a header name must not be empty");
  }
}
