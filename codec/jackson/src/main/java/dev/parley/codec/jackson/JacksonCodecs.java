package dev.parley.codec.jackson;

import dev.parley.Codec;
import dev.parley.TypeRef;
import dev.parley.spi.CodecProvider;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads and writes any type as JSON with Jackson 3; being on the class path is enough.
 *
 * <p>It answers for {@code application/json}, for what ends in {@code +json} and where no media
 * type is named; what it writes bears the media type that was asked for.
 *
 * <p>Defaults are Jackson 3's: records, {@link Optional} and {@code java.time} as ISO text work
 * without a module, unknown properties are ignored, {@code null} for a primitive and anything after
 * the value are refused. A document may be nested 500 deep, be 64 MiB long and hold names of 50
 * 000, numbers of 1000 and strings of 20 million characters. With {@linkplain #create(JsonMapper)
 * your own mapper} all this is yours. Always, what arrives must be UTF-8 to the last byte, and a
 * value must be there: an empty body or {@code null} is not one, except for types that make
 * something of it, such as {@link Optional}.
 *
 * <p>A failure is a {@link dev.parley.CodecException} that names the type, the line, the column and
 * the path, and never what stands there. Therefore Jackson's exception, which quotes the document,
 * is not its cause; what your own constructor or accessor threw is. A stream that breaks while it
 * is read throws what the stream threw, an {@link java.io.IOException} wrapped in {@link
 * java.io.UncheckedIOException}.
 *
 * {@snippet class="dev.parley.codec.jackson.JacksonSnippets" region="own-mapper"}
 *
 * <p><b>Threads:</b> immutable; share one instance.
 *
 * @since 0.1
 */
public final class JacksonCodecs implements CodecProvider {
  private static final String JSON = "application/json";
  private static final long MAX_DOCUMENT = 64L << 20;
  private static final int MAX_STRING = 20_000_000;

  private final JsonMapper mapper;

  /** For {@link java.util.ServiceLoader}; the same as {@link #create()}. */
  public JacksonCodecs() {
    this(
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_DOCUMENT)
                            .maxStringLength(MAX_STRING)
                            .build())
                    .build())
            .build());
  }

  private JacksonCodecs(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /** Returns codecs with the defaults above. */
  public static JacksonCodecs create() {
    return new JacksonCodecs();
  }

  /** Returns codecs on your mapper, with its features, modules and limits. */
  public static JacksonCodecs create(JsonMapper mapper) {
    return new JacksonCodecs(Objects.requireNonNull(mapper, "mapper"));
  }

  /** Returns the mapper underneath. */
  public JsonMapper mapper() {
    return mapper;
  }

  @Override
  public <T> Optional<Codec<T>> codec(TypeRef<T> type, String contentType) {
    if (contentType.isEmpty()) {
      return Optional.of(new JacksonCodec<>(mapper, type, JSON));
    }
    if (contentType.equals(JSON) || contentType.endsWith("+json")) {
      return Optional.of(new JacksonCodec<>(mapper, type, contentType));
    }
    return Optional.empty();
  }
}
