package dev.parley.http;

import dev.parley.spi.Attempt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * How requests are authenticated; given to an adapter's builder.
 *
 * <p>One instance is one credential: channels that share it share its token and its renewal. When
 * the peer answers 401, the credential is renewed if it can be, and the request is sent once more;
 * a second 401 ends the call. Credentials go to the channel's own authority only: a redirect to
 * another one does not get them. They appear in no message, log or {@code toString}.
 *
 * <p>For OAuth 2 see {@link OAuth2}.
 *
 * <p><b>Threads:</b> safe for use by many threads; suppliers are called by many at once, on the
 * thread of each attempt, and may block.
 */
public abstract sealed class Auth
    permits Auth.None, Auth.InHeader, Auth.InQuery, Auth.Signed, OAuth2 {
  Auth() {}

  /** Returns no authentication at all. */
  public static Auth none() {
    return new None();
  }

  /**
   * Returns {@code Authorization: Bearer …}. The supplier is asked for every attempt; after a 401
   * the request is sent again only if it then gives another token.
   */
  public static Auth bearer(Supplier<String> token) {
    return new InHeader(
        "bearer", "Authorization", "Bearer ", Objects.requireNonNull(token, "token"), null);
  }

  /**
   * Returns {@code Authorization: Bearer …} of a token that tells how long it is good, as a JWT
   * does. A stream is then moved to a new connection with a new token in the last fifth of that
   * time, before the old one is closed.
   *
   * @param expiry reads out of a token when it expires; {@link Instant#MAX} for never
   */
  public static Auth bearer(Supplier<String> token, Function<String, Instant> expiry) {
    return new InHeader(
        "bearer",
        "Authorization",
        "Bearer ",
        Objects.requireNonNull(token, "token"),
        Objects.requireNonNull(expiry, "expiry"));
  }

  /** Returns {@code Authorization: Basic …} of a name and a password, in UTF-8. */
  public static Auth basic(String user, Supplier<String> password) {
    Objects.requireNonNull(password, "password");
    if (user.indexOf(':') >= 0) {
      throw new IllegalArgumentException("the user of basic authentication must not hold a colon");
    }
    return new InHeader(
        "basic", "Authorization", "Basic ", () -> encoded(user, password.get()), null);
  }

  /** Returns a key in a header, such as {@code X-Api-Key}. */
  public static Auth apiKey(String header, Supplier<String> key) {
    Objects.requireNonNull(header, "header");
    return new InHeader(
        "key in header " + header, header, "", Objects.requireNonNull(key, "key"), null);
  }

  /**
   * Returns a key in a parameter of the query. Prefer {@link #apiKey}: servers, proxies and
   * browsers write addresses to their logs.
   */
  public static Auth apiKeyInQuery(String parameter, Supplier<String> key) {
    return new InQuery(
        Objects.requireNonNull(parameter, "parameter"), Objects.requireNonNull(key, "key"));
  }

  /** Returns what changes the native request, such as a signature. Unportable. */
  public static Auth signer(UnaryOperator<Request> signer) {
    return new Signed(Objects.requireNonNull(signer, "signer"));
  }

  /** Returns the credential for an attempt, or null if there is none to remember; may block. */
  abstract @Nullable Object credential(HttpTransport transport, Attempt<?> attempt);

  /** Returns the credential for what lasts: not one that is about to be replaced. May block. */
  @Nullable Object lastingCredential(HttpTransport transport, Attempt<?> attempt) {
    return credential(transport, attempt);
  }

  /** Returns how long a credential is still good, or null if that is not known. */
  @Nullable Duration left(HttpTransport transport, @Nullable Object credential) {
    return null;
  }

  /** Returns the name of the header that the credential goes into, or null if it goes into none. */
  @Nullable String header() {
    return null;
  }

  /** Returns the value of that header. */
  String value(@Nullable Object credential) {
    throw new IllegalStateException(this + " goes into no header");
  }

  /** Puts the credential elsewhere. */
  Request sign(Request request, @Nullable Object credential) {
    return request;
  }

  /** The peer refused a credential. Returns whether there will be another one; does not block. */
  boolean renew(HttpTransport transport, @Nullable Object refused) {
    return false;
  }

  private static String encoded(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(pair);
  }

  static final class None extends Auth {
    @Override
    @Nullable Object credential(HttpTransport transport, Attempt<?> attempt) {
      return null;
    }

    @Override
    public String toString() {
      return "Auth[none]";
    }
  }

  static final class InHeader extends Auth {
    private final String kind;
    private final String header;
    private final String prefix;
    private final Supplier<String> secret;
    private final @Nullable Function<String, Instant> expiry;
    private volatile @Nullable Known last;

    InHeader(
        String kind,
        String header,
        String prefix,
        Supplier<String> secret,
        @Nullable Function<String, Instant> expiry) {
      this.kind = kind;
      this.header = header;
      this.prefix = prefix;
      this.secret = secret;
      this.expiry = expiry;
    }

    @Override
    @Nullable Duration left(HttpTransport transport, @Nullable Object credential) {
      return expiry != null && credential instanceof Known known
          ? Duration.between(transport.time().now(), expiry.apply(known.secret))
          : null;
    }

    @Override
    Object credential(HttpTransport transport, Attempt<?> attempt) {
      return current();
    }

    private Known current() {
      String now = Objects.requireNonNull(secret.get(), "the supplier of the credential gave null");
      Known known = last;
      if (known == null || !known.secret.equals(now)) {
        known = new Known(now, prefix + now);
        last = known;
      }
      return known;
    }

    @Override
    String header() {
      return header;
    }

    @Override
    String value(@Nullable Object credential) {
      return credential instanceof Known known ? known.value : super.value(credential);
    }

    @Override
    boolean renew(HttpTransport transport, @Nullable Object refused) {
      return refused instanceof Known known && !secret.get().equals(known.secret);
    }

    @Override
    public String toString() {
      return "Auth[" + kind + "]";
    }

    // Not a record: its toString would show the secret.
    private static final class Known {
      final String secret;
      final String value;

      Known(String secret, String value) {
        this.secret = secret;
        this.value = value;
      }
    }
  }

  static final class InQuery extends Auth {
    private final String parameter;
    private final Supplier<String> key;

    InQuery(String parameter, Supplier<String> key) {
      this.parameter = parameter;
      this.key = key;
    }

    @Override
    Object credential(HttpTransport transport, Attempt<?> attempt) {
      return key.get();
    }

    @Override
    Request sign(Request request, @Nullable Object credential) {
      if (!(credential instanceof String value)) {
        return request;
      }
      return request
          .newBuilder()
          .url(request.url().newBuilder().setQueryParameter(parameter, value).build())
          .build();
    }

    @Override
    public String toString() {
      return "Auth[key in query parameter " + parameter + "]";
    }
  }

  static final class Signed extends Auth {
    private final UnaryOperator<Request> signer;

    Signed(UnaryOperator<Request> signer) {
      this.signer = signer;
    }

    @Override
    @Nullable Object credential(HttpTransport transport, Attempt<?> attempt) {
      return null;
    }

    @Override
    Request sign(Request request, @Nullable Object credential) {
      return signer.apply(request);
    }

    @Override
    public String toString() {
      return "Auth[signer]";
    }
  }
}
