package dev.parley.graphql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an operation's variables and reads its data in place of the codecs: for requests that know
 * how by themselves, such as what other compilers have written of documents.
 *
 * <p><b>Threads:</b> used by many at once.
 *
 * @param <Q> the type of the requests; in a batch, of each of them
 * @param <R> the type of the replies or elements; in a batch, of each of them
 */
public interface Mapping<Q, R> {
  /**
   * Returns the variables of a request by name: text, numbers, booleans, null, and lists and maps
   * of these; a {@link dev.parley.Payload} among them is a file.
   *
   * @throws dev.parley.CodecException if it has no such variables
   */
  Map<String, @Nullable Object> variables(Q request);

  /**
   * Reads what the answer to a request holds in {@code data}, or at the binding's place in it.
   *
   * @param json a value of JSON in UTF-8; {@code null} only where the binding has a place
   * @throws dev.parley.CodecException if it does not fit
   */
  R data(Q request, byte[] json);
}
