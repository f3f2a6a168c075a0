package dev.parley.webhooks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import okhttp3.Connection;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * Keeps connections to what {@link Destinations} allows. As the client's resolver it hands out
 * checked addresses only, and the client connects to those. Once connected and before anything of
 * the request is sent, it looks again at where the connection leads: whatever put it there.
 */
final class AddressGuard implements Dns, Interceptor {
  // What OkHttp takes for a number and does not resolve; "127.1" and "2130706433" are such, too.
  private static final Pattern NUMBER = Pattern.compile("[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*");

  private final Destinations destinations;
  private final Dns resolver;

  private AddressGuard(Destinations destinations, Dns resolver) {
    this.destinations = destinations;
    this.resolver = resolver;
  }

  /** Guards a client that connects itself, not through a proxy. */
  static void install(OkHttpClient.Builder builder, Destinations destinations) {
    AddressGuard guard = new AddressGuard(destinations, builder.build().dns());
    builder.dns(guard).addNetworkInterceptor(guard);
  }

  /**
   * Checks what can be seen without a connection.
   *
   * @throws dev.parley.ConfigurationException if the destination is not allowed
   */
  static void check(HttpUrl url, Destinations destinations) {
    if (!destinations.isSchemeAllowed(url.isHttps())) {
      throw Problems.refused(
          "webhooks go out by https only; for a test there is destinations(….plainHttp())");
    }
    if (!destinations.isPortAllowed(url.port())) {
      throw Problems.refused(
          "the endpoint has port "
              + url.port()
              + ", but allowed are "
              + destinations.portsAllowed()
              + "; set others with destinations(….ports(…))");
    }
    if (NUMBER.matcher(url.host()).matches() && !isAllowed(url.host(), destinations)) {
      throw Problems.refused(
          "the endpoint has an address that is not public; if it is meant to be reached, allow it"
              + " with destinations(….allow(…))");
    }
  }

  private static boolean isAllowed(String number, Destinations destinations) {
    try {
      return destinations.isAddressAllowed(InetAddress.getByName(number));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    List<InetAddress> addresses = List.copyOf(resolver.lookup(hostname));
    for (InetAddress address : addresses) {
      if (!destinations.isAddressAllowed(address)) {
        throw new Forbidden();
      }
    }
    return addresses;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Connection connection = Objects.requireNonNull(chain.connection(), "connection");
    InetAddress address = connection.route().socketAddress().getAddress();
    if (address == null || !destinations.isAddressAllowed(address)) {
      throw new Forbidden();
    }
    return chain.proceed(chain.request());
  }

  /** An address that is not allowed; the message does not tell which, since it may be read. */
  static final class Forbidden extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    Forbidden() {
      super("the host has an address that is not allowed");
    }
  }
}
