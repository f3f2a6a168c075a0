package dev.parley.spi;

import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Finds the codec for a type and a media type: bytes, text and payloads as they are, the rest by
 * the providers in order.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class Codecs {
  private static final int MAX_CACHED = 1_000;

  private final List<CodecProvider> providers;
  private final ConcurrentMap<TypeRef<?>, Codec<?>> defaults = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, ConcurrentMap<TypeRef<?>, Codec<?>>> byContentType =
      new ConcurrentHashMap<>();

  /** Creates the registry of these providers, asked in order. */
  public Codecs(List<CodecProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  /**
   * Returns the codec that encodes a type when nothing else is asked for.
   *
   * @throws ConfigurationException if there is none
   */
  public <T> Codec<T> codec(TypeRef<T> type) {
    return cached(defaults, type, "");
  }

  /**
   * Returns the codec for a type and a media type, whose parameters are ignored.
   *
   * @throws ConfigurationException if there is none
   */
  public <T> Codec<T> codec(TypeRef<T> type, String contentType) {
    // Known media types are few; a peer that sends ever new ones must not fill the map.
    ConcurrentMap<TypeRef<?>, Codec<?>> types = byContentType.get(contentType);
    if (types == null) {
      types = new ConcurrentHashMap<>();
      if (byContentType.size() < MAX_CACHED) {
        byContentType.put(contentType, types);
      }
    }
    return cached(types, type, bare(contentType));
  }

  /**
   * Decodes a payload by its media type, or by the type's own codec if it has none.
   *
   * @throws CodecException if it cannot be decoded
   */
  public <T> T decode(TypeRef<T> type, Payload payload) {
    Optional<String> contentType = payload.contentType();
    Codec<T> codec = contentType.isEmpty() ? codec(type) : codec(type, contentType.get());
    return codec.decode(payload);
  }

  int cachedMediaTypes() {
    return byContentType.size();
  }

  @SuppressWarnings("unchecked") // the map holds a Codec<T> for each TypeRef<T>
  private <T> Codec<T> cached(
      ConcurrentMap<TypeRef<?>, Codec<?>> cache, TypeRef<T> type, String contentType) {
    Codec<?> known = cache.get(type);
    if (known == null) {
      known = find(type, contentType);
      cache.put(type, known);
    }
    return (Codec<T>) known;
  }

  private <T> Codec<T> find(TypeRef<T> type, String contentType) {
    Optional<Codec<T>> builtIn = BuiltInCodecs.find(type);
    if (builtIn.isPresent()) {
      return builtIn.get();
    }
    for (CodecProvider provider : providers) {
      Optional<Codec<T>> found = provider.codec(type, contentType);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new ConfigurationException(
        Failure.of(
            Kind.LOCAL,
            Effect.NOT_SENT,
            "there is no codec for "
                + type
                + (contentType.isEmpty() ? "" : " as " + contentType)
                + "; "
                + (providers.isEmpty()
                    ? "put parley-codec-jackson on the class path or give one to Parley.builder()"
                    : "asked were "
                        + providers.stream()
                            .map(each -> each.getClass().getSimpleName())
                            .toList())));
  }

  private static String bare(String contentType) {
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
        .trim()
        .toLowerCase(Locale.ROOT);
  }
}
