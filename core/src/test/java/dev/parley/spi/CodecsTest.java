package dev.parley.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecsTest {
  private final Codecs codecs = new Codecs(List.of());

  record Order(String id) {}

  @Test
  void bytesTextAndPayloadsAreBuiltIn() {
    Payload text = codecs.codec(TypeRef.of(String.class)).encode("grüße");

    assertThat(codecs.decode(TypeRef.of(String.class), text)).isEqualTo("grüße");
    assertThat(codecs.decode(TypeRef.of(byte[].class), text))
        .isEqualTo("grüße".getBytes(StandardCharsets.UTF_8));
    assertThat(codecs.decode(TypeRef.of(Payload.class), text)).isSameAs(text);
  }

  @Test
  void textIsReadInItsCharset_strictly() {
    Payload latin =
        Payload.of("grüße".getBytes(StandardCharsets.ISO_8859_1), "text/plain; charset=iso-8859-1");
    Payload broken = Payload.of(new byte[] {(byte) 0xff}, "text/plain");

    assertThat(codecs.decode(TypeRef.of(String.class), latin)).isEqualTo("grüße");
    assertThatThrownBy(() -> codecs.decode(TypeRef.of(String.class), broken))
        .isInstanceOf(CodecException.class)
        .hasMessage("the text is not valid UTF-8")
        .matches(e -> ((CodecException) e).kind() == Kind.PROTOCOL);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> codecs.codec(TypeRef.of(Order.class), "application/json"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "there is no codec for dev.parley.spi.CodecsTest$Order as application/json; put"
                + " parley-codec-jackson on the class path or give one to Parley.builder()");
  }

  @Test
  void everNewMediaTypesDoNotFillTheCache() {
    for (int i = 0; i < 20_000; i++) {
      codecs.codec(TypeRef.of(String.class), "text/x-" + i);
    }
    assertThat(codecs.cachedMediaTypes()).isLessThanOrEqualTo(1_000);
  }
}
