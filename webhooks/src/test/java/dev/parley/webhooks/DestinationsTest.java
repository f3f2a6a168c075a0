package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.UnreachableException;
import dev.parley.webhook.WebhookSigner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gives us an address of a webhook does not reach what only we can reach. */
class DestinationsTest {
  private static final Topic<String> TOPIC = Topic.of("probe", String.class);
  private static final SigningKeys KEYS = SigningKeys.of(WebhookSigner.newSecret());

  private final Parley parley = Parley.create();
  private final Receiver inside = Receiver.answering(200); // what must not be reached

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
    inside.close();
  }

  /** A resolver that says what a stranger's name server would, each time something else. */
  private static final class Names implements Dns {
    final List<List<String>> answers = new ArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();

    Names then(String... addresses) {
      answers.add(List.of(addresses));
      return this;
    }

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
      List<InetAddress> found = new ArrayList<>();
      for (String address : answers.get(Math.min(asked.size(), answers.size() - 1))) {
        found.add(InetAddress.getByAddress(hostname, InetAddress.getByName(address).getAddress()));
      }
      asked.add(hostname);
      return found;
    }
  }

  private WebhookSender.Builder sender(String url, Destinations destinations) {
    return WebhookSender.builder(url).keys(KEYS).destinations(destinations);
  }

  private void send(WebhookSender.Builder builder) {
    builder.open(parley).send(TOPIC, Message.of("probe"));
  }

  private void assertForbidden(WebhookSender.Builder builder) {
    List<DeliveryAttempt> log = new CopyOnWriteArrayList<>();
    assertThatThrownBy(() -> send(builder.log(log::add)))
        .isInstanceOfSatisfying(
            ForbiddenDestinationException.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
              assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
              assertThat(failure.outcome().orElseThrow().attempts()).isEqualTo(1);
            });
    assertThat(log).hasSize(1);
    assertThat(inside.arrivals()).isEmpty();
  }

  private Destinations anyPortPlain() {
    return Destinations.PUBLIC.anyPort().plainHttp();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "2001::1",
        "2001:10::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "4000::1",
        "64:ff9b:1::7f00:1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe"
      })
  void isNotPublic(String address) throws Exception {
    assertThat(Destinations.PUBLIC.isAddressAllowed(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.15",
        "169.253.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
        "64:ff9b::8.8.8.8"
      })
  void isPublic(String address) throws Exception {
    assertThat(Destinations.PUBLIC.isAddressAllowed(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1"})
  void anIpv4AddressInsideAnIpv6OneCountsAsItself(String address) throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    System.arraycopy(InetAddress.getByName(address).getAddress(), 0, mapped, 12, 4);

    // Java makes an IPv4 address of it at once; whoever does not must not get further.
    assertThat(PublicAddresses.contains(mapped)).isFalse();
    assertThat(Destinations.PUBLIC.isAddressAllowed(InetAddress.getByAddress(mapped))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://10.0.0.8/",
        "https://192.168.0.1/",
        "https://[fe80::1]/",
        "https://100.64.0.1/",
        "https://168.63.129.16/",
        "https://１２７.0.0.1/"
      })
  void refusesAnAddressInNumbers_whenTheSenderIsOpened(String url) {
    assertThatThrownBy(() -> sender(url, Destinations.PUBLIC).open(parley))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the endpoint has an address that is not public; if it is meant to be reached, allow"
                + " it with destinations(….allow(…))");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x7f.0.0.1", "0x7f000001", "localhost"})
  void refusesANameThatTheSystemTakesForLoopback(String host) {
    WebhookSender.Builder builder =
        sender("http://" + host + ":" + inside.port() + "/", anyPortPlain());
    assertThatThrownBy(() -> send(builder))
        .isInstanceOfAny(ForbiddenDestinationException.class, UnreachableException.class);
    assertThat(inside.arrivals()).isEmpty();
  }

  @Test
  void refusesANameOfAnAddressInside() {
    for (String address : List.of("127.0.0.1", "169.254.169.254", "10.0.0.1", "fd00:ec2::254")) {
      assertForbidden(
          sender("http://metadata.example:" + inside.port() + "/", anyPortPlain())
              .customize(okHttp -> okHttp.dns(new Names().then(address))));
    }
  }

  @Test
  void refusesANameOfWhichOneAddressIsInside() {
    assertForbidden(
        sender("http://both.example:" + inside.port() + "/", anyPortPlain())
            .customize(okHttp -> okHttp.dns(new Names().then("8.8.8.8", "127.0.0.1"))));
  }

  @Test
  void refusesAMappedAddressOfAName() {
    assertForbidden(
        sender("http://mapped.example:" + inside.port() + "/", anyPortPlain())
            .customize(okHttp -> okHttp.dns(new Names().then("::ffff:127.0.0.1"))));
  }

  @Test
  void connectsToTheAddressThatWasChecked_andToNoOtherThatTheNameHasAMomentLater() {
    try (Receiver outside = Receiver.startAt("127.0.0.2", inside.port(), answer200())) {
      Names rebinding = new Names().then("127.0.0.2").then("127.0.0.1");
      WebhookSender sender =
          sender(
                  "http://rebinding.example:" + inside.port() + "/",
                  anyPortPlain().allow("127.0.0.2"))
              .customize(okHttp -> okHttp.dns(rebinding))
              .open(parley);

      sender.send(TOPIC, "probe");
      assertThat(rebinding.asked).hasSize(1);
      assertThat(outside.arrivals()).hasSize(1);

      sender.unwrap(OkHttpClient.class).orElseThrow().connectionPool().evictAll();
      assertThatThrownBy(() -> sender.send(TOPIC, "probe"))
          .isInstanceOf(ForbiddenDestinationException.class);
      assertThat(rebinding.asked).hasSize(2);
      assertThat(inside.arrivals()).isEmpty();
    }
  }

  private static Receiver.Answerer answer200() {
    return (arrival, exchange) -> Receiver.answer(exchange, 200);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsNoRedirect(int status) {
    String target = inside.uri() + "/admin";
    try (Receiver redirecting =
        Receiver.start(
            (arrival, exchange) -> Receiver.answer(exchange, status, "Location", target))) {
      WebhookSender sender = sender(redirecting.uri(), WebhookHarness.LOOPBACK).open(parley);
      for (dev.parley.Idempotency declared : dev.parley.Idempotency.values()) {
        assertThatThrownBy(() ->
                sender
                    .newSend(
                        TOPIC.with(declared),
                        Message.of("probe"),
                        dev.parley.CallOptions.DEFAULT.retry(dev.parley.RetryPolicy.NEVER))
                    .execute())
            .isInstanceOf(dev.parley.ParleyException.class)
            .hasMessageContaining("answered " + status);
      }
      assertThat(redirecting.arrivals()).hasSize(4);
      assertThat(inside.arrivals()).isEmpty();
    }
  }

  @Test
  void looksAgainAtWhereAConnectionLeads_whoeverPutItThere() {
    // An interceptor of the user's own client that sends requests elsewhere.
    OkHttpClient bent =
        new OkHttpClient.Builder()
            .addInterceptor(chain ->
                chain.proceed(chain.request().newBuilder().url(inside.uri() + "/admin").build()))
            .build();
    assertForbidden(sender("http://public.example/", anyPortPlain()).client(bent));
  }

  @Test
  void goesThroughNoProxyThatItWasNotGiven() {
    List<URI> asked = new CopyOnWriteArrayList<>();
    Proxy proxy =
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("127.0.0.1", inside.port()));
    ProxySelector selector =
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            asked.add(uri);
            return List.of(proxy);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, java.io.IOException failure) {}
        };
    assertForbidden(
        sender("http://hidden.example/", anyPortPlain())
            .customize(okHttp ->
                okHttp.proxySelector(selector).proxy(proxy).dns(new Names().then("127.0.0.1"))));
    assertThat(asked).isEmpty();
  }

  @Test
  void goesThroughTheProxyThatItIsGiven_whichThenResolvesTheName() {
    AtomicInteger lookups = new AtomicInteger();
    send(
        sender("http://public.example/hooks", anyPortPlain())
            .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", inside.port())))
            .customize(okHttp ->
                okHttp.dns(name -> {
                  lookups.incrementAndGet();
                  throw new UnknownHostException(name);
                })));

    assertThat(inside.arrivals()).hasSize(1);
    assertThat(inside.arrivals().get(0).header("Host")).isEqualTo("public.example");
    assertThat(lookups).hasValue(0);
    assertThatThrownBy(() ->
            sender("http://10.0.0.1/hooks", anyPortPlain())
                .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", 3128)))
                .open(parley))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void isHttpsOnly() {
    assertThatThrownBy(() -> sender("http://shop.example/", Destinations.PUBLIC).open(parley))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "webhooks go out by https only; for a test there is destinations(….plainHttp())");
  }

  @ParameterizedTest
  @ValueSource(ints = {22, 25, 80, 2375, 6379, 9200})
  void refusesOddPorts(int port) {
    assertThatThrownBy(
            () -> sender("https://shop.example:" + port, Destinations.PUBLIC).open(parley))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the endpoint has port "
                + port
                + ", but allowed are 443, 8443; set others with destinations(….ports(…))");
  }

  @Test
  void takesThePortsAndRangesThatAreAllowed() throws Exception {
    sender("https://shop.example:9443", Destinations.PUBLIC.ports(9443)).open(parley).close();
    sender("https://10.20.3.4", Destinations.PUBLIC.allow("10.20.0.0/16")).open(parley).close();
    Destinations own = Destinations.PUBLIC.allow("10.20.0.0/16", "fd00:1::/32", "127.0.0.1");

    assertThat(own.isAddressAllowed(InetAddress.getByName("10.20.255.1"))).isTrue();
    assertThat(own.isAddressAllowed(InetAddress.getByName("10.21.0.1"))).isFalse();
    assertThat(own.isAddressAllowed(InetAddress.getByName("fd00:1:ffff::1"))).isTrue();
    assertThat(own.isAddressAllowed(InetAddress.getByName("fd00:2::1"))).isFalse();
    assertThat(own.isAddressAllowed(InetAddress.getByName("127.0.0.2"))).isFalse();
    assertThat(Destinations.PUBLIC.anyAddress().isAddressAllowed(InetAddress.getByName("::1")))
        .isTrue();
    assertThat(own)
        .hasToString(
            "Destinations[public addresses and [10.20.0.0/16, fd00:1::/32, 127.0.0.1], ports 443,"
                + " 8443, https]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0/8", "shop.example", "::/129", "1.2.3.4/x", ""})
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> Destinations.PUBLIC.allow(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"" + text + "\" is not a range of addresses");
  }
}
