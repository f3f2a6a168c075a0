package dev.parley.spi;

import dev.parley.Codec;
import dev.parley.TypeRef;
import java.util.Optional;

/**
 * Makes codecs for types; found by {@link java.util.ServiceLoader} or given to {@link
 * dev.parley.Parley.Builder}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface CodecProvider {
  /**
   * Returns a codec for a type.
   *
   * @param type the type of the values
   * @param contentType the media type that is asked for without its parameters, in lower case;
   *     empty for the provider's own
   */
  <T> Optional<Codec<T>> codec(TypeRef<T> type, String contentType);
}
