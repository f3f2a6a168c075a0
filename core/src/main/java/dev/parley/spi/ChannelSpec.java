package dev.parley.spi;

import dev.parley.Channel;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The address of an endpoint with its parameters, each of which must be read by somebody.
 *
 * <p>The parameters of the URI's query are for the provider and do not go to the peer. User
 * information in a URI is refused, since it is a secret.
 *
 * <p><b>Threads:</b> one thread at a time.
 */
public final class ChannelSpec {
  private final URI uri;
  private final Class<? extends Channel> capability;
  private final Map<String, String> parameters;
  private final Set<String> known = new LinkedHashSet<>();

  private ChannelSpec(
      URI uri, Class<? extends Channel> capability, Map<String, String> parameters) {
    this.uri = uri;
    this.capability = capability;
    this.parameters = parameters;
  }

  /**
   * Reads an address.
   *
   * @throws ConfigurationException if it holds user information, or a parameter twice
   */
  public static ChannelSpec of(URI uri, Class<? extends Channel> capability) {
    Objects.requireNonNull(capability, "capability");
    if (uri.getRawUserInfo() != null) {
      throw refused(
          "the address "
              + endpoint(uri)
              + " holds user information, which would end up in logs; give"
              + " credentials to the adapter's builder instead");
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    String query = query(uri);
    if (query != null && !query.isEmpty()) {
      for (String part : query.split("&", -1)) {
        int equals = part.indexOf('=');
        String name = decode(equals < 0 ? part : part.substring(0, equals));
        String value = equals < 0 ? "" : decode(part.substring(equals + 1));
        if (looksSecret(name)) {
          throw refused(
              "the address "
                  + endpoint(uri)
                  + " holds the parameter "
                  + name
                  + ", which looks like a secret and would end up in logs; give credentials to the"
                  + " adapter's builder instead");
        }
        if (parameters.putIfAbsent(name, value) != null) {
          throw refused("the address " + endpoint(uri) + " holds the parameter " + name + " twice");
        }
      }
    }
    return new ChannelSpec(uri, capability, parameters);
  }

  /** Returns the address. */
  public URI uri() {
    return uri;
  }

  /** Returns the scheme in lower case. */
  public String scheme() {
    return uri.getScheme().toLowerCase(java.util.Locale.ROOT);
  }

  /** Returns the capability that is asked for. */
  public Class<? extends Channel> capability() {
    return capability;
  }

  /** Returns the peer as scheme and authority, fit for logs and metrics. */
  public String endpoint() {
    return endpoint(uri);
  }

  /** Reads a text parameter. */
  public Optional<String> text(String name) {
    known.add(name);
    return Optional.ofNullable(parameters.get(name));
  }

  /** Reads a whole number, such as {@code prefetch=100}. */
  public Optional<Integer> number(String name) {
    return parse(name, "a whole number such as 100", Integer::valueOf);
  }

  /** Reads {@code true} or {@code false}. */
  public Optional<Boolean> flag(String name) {
    return parse(
        name,
        "true or false",
        text -> {
          if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException();
          }
          return Boolean.valueOf(text);
        });
  }

  /** Reads a duration, such as {@code wait=20s}, {@code 500ms}, {@code 5m} or {@code PT1H}. */
  public Optional<Duration> duration(String name) {
    return parse(
        name, "a duration that is not negative, such as 20s or 500ms", ChannelSpec::duration0);
  }

  /**
   * Checks that every parameter was read.
   *
   * @throws ConfigurationException naming those that were not, and those there are
   */
  public void requireAllRead() {
    Set<String> unread = new TreeSet<>(parameters.keySet());
    unread.removeAll(known);
    if (!unread.isEmpty()) {
      throw refused(
          "the address "
              + endpoint()
              + " holds "
              + (unread.size() == 1 ? "a parameter" : "parameters")
              + " that nothing reads: "
              + String.join(", ", unread)
              + (known.isEmpty()
                  ? "; it takes none"
                  : "; it takes " + String.join(", ", new TreeSet<>(known))));
    }
  }

  /** Returns the address without its parameters. */
  @Override
  public String toString() {
    return "ChannelSpec[" + endpoint() + ", " + capability.getSimpleName() + "]";
  }

  private <T> Optional<T> parse(String name, String form, Function<String, T> parser) {
    Optional<String> text = text(name);
    try {
      return text.map(parser);
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw refused(
          "the parameter "
              + name
              + " of "
              + endpoint()
              + " must be "
              + form
              + ", but is "
              + text.orElse(""));
    }
  }

  private static Duration duration0(String text) {
    Duration duration;
    if (text.startsWith("P")) {
      duration = Duration.parse(text);
    } else if (text.endsWith("ms")) {
      duration = Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
    } else {
      long amount = Long.parseLong(text.substring(0, text.length() - 1));
      duration =
          switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(amount);
            case 'm' -> Duration.ofMinutes(amount);
            case 'h' -> Duration.ofHours(amount);
            default -> throw new IllegalArgumentException(text);
          };
    }
    if (duration.isNegative()) {
      throw new IllegalArgumentException(text);
    }
    return duration;
  }

  private static boolean looksSecret(String name) {
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return lower.contains("password")
        || lower.contains("secret")
        || lower.contains("token")
        || lower.equals("apikey")
        || lower.equals("api_key")
        || lower.equals("api-key");
  }

  /** An opaque address, such as {@code mem:shop?ack=prefix}, has its query for us only. */
  private static @Nullable String query(URI uri) {
    if (!uri.isOpaque()) {
      return uri.getRawQuery();
    }
    String rest = uri.getRawSchemeSpecificPart();
    int question = rest.indexOf('?');
    return question < 0 ? null : rest.substring(question + 1);
  }

  private static String endpoint(URI uri) {
    String authority = uri.getRawAuthority();
    if (authority == null) {
      return uri.getScheme() + ":" + uri.getRawSchemeSpecificPart().split("\\?", 2)[0];
    }
    int at = authority.lastIndexOf('@');
    return uri.getScheme() + "://" + (at < 0 ? authority : authority.substring(at + 1));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
