package dev.parley.codec.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.CodecProvider;
import dev.parley.spi.Codecs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JacksonCodecsTest {
  record Order(String sku, int quantity, Optional<String> note, Instant placed) {}

  record Line(String sku, int quantity) {
    Line {
      if (quantity < 1) {
        throw new IllegalArgumentException("quantity must be positive");
      }
    }
  }

  record Basket(List<Line> lines, Map<String, Integer> stock) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
  sealed interface Shape permits Circle {}

  record Circle(int radius) implements Shape {}

  record Leaky(String secret) {
    @SuppressWarnings("unused") // Jackson calls it
    public String getBroken() {
      throw new IllegalStateException("broken accessor");
    }
  }

  private final JacksonCodecs codecs = JacksonCodecs.create();

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(CodecProvider.class))
        .hasAtLeastOneElementOfType(JacksonCodecs.class);
  }

  @Test
  void readsWhatItWrote() {
    Codec<Order> codec = codec(new TypeRef<>() {});
    Order order =
        new Order("sku-1 \u00e9\u20ac\ud83d\ude00", 2, Optional.empty(), Instant.ofEpochSecond(0));

    Payload written = codec.encode(order);

    assertThat(written.toText())
        .isEqualTo(
            "{\"sku\":\"sku-1 \u00e9\u20ac\ud83d\ude00\",\"quantity\":2,\"note\":null,"
                + "\"placed\":\"1970-01-01T00:00:00Z\"}");
    assertThat(written.contentType()).contains("application/json");
    assertThat(codec.decode(written)).isEqualTo(order);
    assertThat(codec.decode(streamed(written.toByteArray()))).isEqualTo(order);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json", "application/problem+json", "application/vnd.api+json"})
  void writesTheMediaTypeThatWasAskedFor(String mediaType) {
    Codec<Line> codec = codecs.codec(TypeRef.of(Line.class), mediaType).orElseThrow();

    assertThat(codec.contentType()).isEqualTo(mediaType);
    assertThat(codec.encode(new Line("a", 1)).contentType()).contains(mediaType);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/xml", "text/plain", "application/x-ndjson", "json"})
  void leavesOtherMediaTypesToOthers(String mediaType) {
    assertThat(codecs.codec(TypeRef.of(Line.class), mediaType)).isEmpty();
  }

  @Test
  void worksBehindTheRegistryOfCodecs() {
    Codecs registry = new Codecs(List.of(codecs));
    Payload payload =
        Payload.of(bytes("{\"sku\":\"a\",\"quantity\":1}"), "Application/JSON; charset=utf-8");

    assertThat(registry.decode(TypeRef.of(Line.class), payload)).isEqualTo(new Line("a", 1));
  }

  @Test
  void keepsTypeArguments() {
    Codec<List<Line>> codec = codec(new TypeRef<>() {});

    assertThat(codec.decode(json("[{\"sku\":\"a\",\"quantity\":1}]")))
        .containsExactly(new Line("a", 1));
    assertThat(this.<List<Shape>>codec(new TypeRef<>() {}).encode(List.of(new Circle(1))).toText())
        .isEqualTo("[{\"kind\":\"circle\",\"radius\":1}]");
  }

  @Test
  void ignoresUnknownProperties() {
    assertThat(
            codec(TypeRef.of(Line.class))
                .decode(json("{\"sku\":\"a\",\"quantity\":1,\"new\":[{}]}")))
        .isEqualTo(new Line("a", 1));
  }

  @Test
  void ignoresAByteOrderMark() {
    assertThat(codec(TypeRef.of(JsonNode.class)).decode(json("\ufeff[1]")).get(0).asInt())
        .isEqualTo(1);
  }

  @Test
  void takesTheUsersMapper() {
    JacksonCodecs strict =
        JacksonCodecs.create(
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build());
    Codec<Line> codec = strict.codec(TypeRef.of(Line.class), "").orElseThrow();

    assertThatThrownBy(() -> codec.decode(json("{\"sku\":\"a\",\"quantity\":1,\"new\":2}")))
        .isInstanceOf(CodecException.class)
        .hasMessage(
            "cannot read application/json as "
                + Line.class.getName()
                + ": a property is not expected, at new");
    assertThat(strict.mapper()).isNotSameAs(codecs.mapper());
  }

  @Test
  void namesTypeAndPlace_butNeverContent() {
    CodecException failure =
        failure(
            new TypeRef<Basket>() {},
            "{\"lines\":[\n {\"sku\":\"a\",\"quantity\":1},\n {\"sku\":\"b\",\"quantity\":\"hush\"}]}");

    assertThat(failure)
        .hasMessage(
            "cannot read application/json as "
                + Basket.class.getName()
                + ": it does not fit int, line 3, column 24, at lines[1].quantity")
        .hasNoCause();
    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
  }

  @Test
  void keepsTheKeysOfMapsToItself() {
    assertThat(failure(TypeRef.of(Basket.class), "{\"stock\":{\"hush\":\"hush\"}}"))
        .hasMessage(
            "cannot read application/json as "
                + Basket.class.getName()
                + ": it does not fit java.lang.Integer, line 1, column 18, at stock[key]");
  }

  @Test
  void carriesWhatTheUsersConstructorThrew() {
    assertThat(failure(TypeRef.of(Line.class), "{\"sku\":\"a\",\"quantity\":0}"))
        .hasMessage(
            "cannot read application/json as "
                + Line.class.getName()
                + ": no "
                + Line.class.getName()
                + " can be made of it, line 1, column 24")
        .hasRootCauseMessage("quantity must be positive");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null"})
  void refusesNoValue(String text) {
    assertThat(failure(TypeRef.of(Line.class), text))
        .hasMessageStartingWith("cannot read application/json as " + Line.class.getName() + ": ");
  }

  @Test
  void letsATypeMakeSomethingOfNull() {
    assertThat(codec(new TypeRef<Optional<Line>>() {}).decode(json("null"))).isEmpty();
    assertThat(codec(TypeRef.of(JsonNode.class)).decode(json("null")).isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{hush}", "{\"sku\":\"hush", "[1] hush", "{\"sku\":'hush'}", "NaN"})
  void refusesWhatIsNotJson(String text) {
    for (Payload payload : List.of(json(text), streamed(bytes(text)))) {
      assertThatThrownBy(() -> codec(TypeRef.of(JsonNode.class)).decode(payload))
          .isInstanceOf(CodecException.class)
          .hasMessageNotContaining("hush")
          .hasMessageContaining("line 1, column ")
          .hasNoCause();
    }
  }

  @Test
  void refusesWhatIsNotUtf8_whereverAPieceEnds() {
    for (String hex :
        List.of(
            "80", "C080", "C1BF", "E0809F", "EDA080", "F0808080", "F4908080", "F8", "C3", "E282")) {
      byte[] bad = concat(bytes("{\"sku\":\"\u00e9\u20ac\ud83d\ude00"), unhex(hex), bytes("\"}"));
      for (Payload payload : List.of(Payload.of(bad, ""), streamed(bad), inBytes(bad))) {
        assertThatThrownBy(() -> codec(TypeRef.of(JsonNode.class)).decode(payload))
            .as(hex)
            .isInstanceOf(CodecException.class)
            .hasMessageMatching(
                "cannot read application/json as tools\\.jackson\\.databind\\.JsonNode: "
                    + "byte \\d+ is not valid UTF-8");
      }
    }
  }

  @Test
  void readsUtf8_whereverAPieceEnds() {
    String text = "\"" + "a\u00e9\u20ac\ud83d\ude00\uffff\ud7ff\ue000".repeat(20) + "\"";

    for (Payload payload : List.of(json(text), streamed(bytes(text)), inBytes(bytes(text)))) {
      JsonNode read = codec(TypeRef.of(JsonNode.class)).decode(payload);
      assertThat("\"" + read.asString() + "\"").isEqualTo(text);
    }
  }

  @Test
  void limitsDepthAndNumbers() {
    assertThat(failure(TypeRef.of(JsonNode.class), "[".repeat(501) + "]".repeat(501)))
        .hasMessageContaining("nesting depth (501) exceeds the maximum allowed (500");
    assertThat(failure(TypeRef.of(JsonNode.class), "1".repeat(1001)))
        .hasMessageContaining("Number value length (1001) exceeds the maximum allowed (1000");
  }

  @Test
  void limitsTheLengthOfAStream() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            java.util.Arrays.fill(bytes, from, from + length, (byte) ' ');
            return length;
          }
        };

    assertThatThrownBy(() ->
            codec(TypeRef.of(JsonNode.class)).decode(Payload.oneShot(endless, "application/json")))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("exceeds the maximum allowed (67108864");
  }

  @Test
  void passesOnThatTheStreamBroke() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(bytes("{\"lines\":[{\"sku\":\"a")),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("cut");
              }
            });

    assertThatThrownBy(() ->
            codec(TypeRef.of(Basket.class)).decode(Payload.oneShot(broken, "application/json")))
        .isInstanceOf(UncheckedIOException.class)
        .cause()
        .hasMessage("cut");
  }

  @Test
  void closesTheStreamItRead() {
    boolean[] closed = new boolean[1];
    InputStream stream =
        new ByteArrayInputStream(bytes("[]")) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };

    codec(TypeRef.of(JsonNode.class)).decode(Payload.oneShot(stream, "application/json"));

    assertThat(closed[0]).isTrue();
  }

  @Test
  void saysWhatCannotBeWritten() {
    CodecException failure =
        catchThrowableOfType(
            CodecException.class, () -> codec(TypeRef.of(Leaky.class)).encode(new Leaky("hush")));

    assertThat(failure)
        .hasMessage("cannot write " + Leaky.class.getName() + " as application/json, at broken")
        .hasRootCauseMessage("broken accessor");
    assertThat(failure.kind()).isEqualTo(Kind.LOCAL);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
  }

  @Test
  void aTypeThatJacksonCannotMakeIsNoFaultOfThePeer() {
    CodecException failure = failure(TypeRef.of(Runnable.class), "{}");

    assertThat(failure.kind()).isEqualTo(Kind.LOCAL);
    assertThat(failure).hasMessageContaining("java.lang.Runnable");
  }

  private <T> Codec<T> codec(TypeRef<T> type) {
    return codecs.codec(type, "").orElseThrow();
  }

  private CodecException failure(TypeRef<?> type, String text) {
    return catchThrowableOfType(CodecException.class, () -> codec(type).decode(json(text)));
  }

  private static Payload json(String text) {
    return Payload.of(bytes(text), "application/json");
  }

  private static Payload streamed(byte[] bytes) {
    return Payload.oneShot(new ByteArrayInputStream(bytes), "application/json");
  }

  /** One byte with each read. */
  private static Payload inBytes(byte[] bytes) {
    return Payload.oneShot(
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] into, int from, int length) {
            return super.read(into, from, Math.min(length, 1));
          }
        },
        "application/json");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] unhex(String hex) {
    return java.util.HexFormat.of().parseHex(hex);
  }

  private static byte[] concat(byte[]... parts) {
    return Stream.of(parts)
        .collect(
            java.io.ByteArrayOutputStream::new,
            java.io.ByteArrayOutputStream::writeBytes,
            (a, b) -> a.writeBytes(b.toByteArray()))
        .toByteArray();
  }
}
