package dev.parley.webhook;

import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gets a provider's certificate or keys, for the schemes whose keys nobody hands you: AWS SNS,
 * PayPal, Google Pub/Sub, Plaid, Event Grid with Entra ID.
 *
 * <p>It is asked for addresses only that passed the scheme's rules (https, the provider's host, no
 * port, no user), at most 20 times a minute, and once a day for what is in use; failures are
 * remembered for a minute. Replace {@link #https()} to go through a proxy, to add a cache on disk
 * or to serve keys you pinned. Never follow a redirect.
 *
 * <p><b>Threads:</b> called on the thread that verifies, never twice at once by one verifier; it
 * may block.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface KeyFetcher {
  /**
   * Returns the body of the answer, which must have had status 200.
   *
   * @throws IOException if it cannot be had; the verification ends in {@link
   *     Reason#KEY_UNAVAILABLE}
   */
  byte[] fetch(Query query) throws IOException;

  /**
   * Returns the default, on the JDK's own HTTP client: https only, no redirects, 5 seconds to
   * connect and to read, 10 in all, 256 KiB at most.
   */
  static KeyFetcher https() {
    return new HttpsKeyFetcher("https");
  }

  /** What to fetch. Immutable. */
  final class Query {
    private final URI uri;
    private final byte @Nullable [] json;

    private Query(URI uri, byte @Nullable [] json) {
      this.uri = Objects.requireNonNull(uri, "uri");
      this.json = json;
    }

    static Query get(String uri) {
      return new Query(URI.create(uri), null);
    }

    static Query post(URI uri, String json) {
      return new Query(uri, Encoding.utf8(json));
    }

    /** Returns the address. */
    public URI uri() {
      return uri;
    }

    /** Returns the JSON to send by {@code POST}, or null to send a {@code GET}. */
    public byte @Nullable [] json() {
      return json == null ? null : json.clone();
    }

    /** Names method and host; the rest may be secret. */
    @Override
    public String toString() {
      return (json == null ? "GET " : "POST ") + uri.getHost();
    }
  }
}
