package dev.parley.testkit.fault;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;
import static dev.parley.testkit.fault.Direction.TO_SERVER;
import static dev.parley.testkit.fault.PlainServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.parley.testkit.fault.ProxyEvent.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every fault, as seen from both ends. */
class FaultProxyTest {
  private static final String RESET = "SocketException: Connection reset";

  private PlainServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = PlainServer.answering();
    proxy = FaultProxy.to(server.port());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  /** The latest connection, as the server sees it. */
  private PlainServer.Session session() {
    await().until(() -> !server.sessions().isEmpty());
    return server.session(server.sessions().size() - 1);
  }

  /** Puts the proxy in front of another server. */
  private void serve(PlainServer other) throws IOException {
    server.close();
    server = other;
    proxy.upstream(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()));
  }

  // Without faults.

  @Test
  void showsHowItIsUsed() throws Exception {
    AtomicInteger orders = new AtomicInteger();
    HttpServer shop =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    shop.createContext(
        "/orders",
        exchange -> {
          orders.incrementAndGet();
          exchange.sendResponseHeaders(201, -1);
          exchange.close();
        });
    shop.start();
    int port = shop.getAddress().getPort();
    HttpClient client = HttpClient.newHttpClient();

    // @start region="first"
    try (FaultProxy proxy = FaultProxy.to(port)) {
      HttpRequest order =
          HttpRequest.newBuilder(proxy.uri("http").resolve("/orders"))
              .POST(HttpRequest.BodyPublishers.ofString("1 teapot"))
              .build();

      proxy.script(Script.next(1, Fault.resetAfter(Direction.TO_CLIENT, 0)));

      // The shop took the order, but its answer never came.
      assertThatThrownBy(() -> client.send(order, HttpResponse.BodyHandlers.discarding()))
          .isInstanceOf(IOException.class);
      assertThat(orders).hasValue(1);

      // The script is through: the next connection works.
      assertThat(client.send(order, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
    }
    // @end
    shop.stop(0);
  }

  @Test
  void forwardsEveryByteBothWaysAndTheEndOfEachDirection() throws Exception {
    serve(PlainServer.echo());
    byte[] bytes = new byte[5_000_000];
    new Random(1).nextBytes(bytes);
    try (PlainClient client = PlainClient.of(proxy)) {
      CompletableFuture<byte[]> echo =
          CompletableFuture.supplyAsync(() -> {
            try {
              return client.in.readAllBytes();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      client.out.write(bytes);
      client.socket.shutdownOutput();

      assertThat(echo.get(30, TimeUnit.SECONDS)).isEqualTo(bytes);
    }
    assertThat(session().end()).isEqualTo("end of stream");
    await().until(() -> proxy.open() == 0);
    assertThat(proxy.bytesToServer()).isEqualTo(bytes.length);
    assertThat(proxy.bytesToClient()).isEqualTo(bytes.length);
    assertThat(lastEvent().type()).isEqualTo(Type.CLOSED_BY_CLIENT);
  }

  @Test
  void passesOnTheResetOfTheServer() throws Exception {
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("a")).isEqualTo("re: a");
      session().reset();
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    await().until(() -> lastEvent().type() == Type.RESET_BY_SERVER);
  }

  @Test
  void passesOnTheResetOfTheClient() throws Exception {
    PlainClient client = PlainClient.of(proxy);
    assertThat(client.ask("a")).isEqualTo("re: a");
    client.socket.setSoLinger(true, 0);
    client.close();
    await().until(() -> session().end().equals("Connection reset"));
    await().until(() -> lastEvent().type() == Type.RESET_BY_CLIENT);
  }

  @Test
  void passesOnTheEndOfTheServer() throws Exception {
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("a")).isEqualTo("re: a");
      session().socket.close();
      assertThat(client.nextRead()).isEqualTo("end of stream");
    }
    await().until(() -> lastEvent().type() == Type.CLOSED_BY_SERVER);
  }

  @Test
  void resetsTheClient_whenTheServerCannotBeReached() throws Exception {
    try (SocketChannel nobody = SocketChannel.open()) { // has a port, and does not listen
      nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      proxy.upstream((InetSocketAddress) nobody.getLocalAddress());
      try (PlainClient client = PlainClient.of(proxy)) {
        assertThat(client.nextRead()).isEqualTo(RESET);
      }
      await().until(() -> lastEvent().type() == Type.UPSTREAM_UNREACHABLE);
    }

    serve(PlainServer.answering());
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("back?")).isEqualTo("re: back?");
    }
  }

  @Test
  void sendsNewConnectionsToAnotherServer_andLeavesOldOnesAlone() throws Exception {
    try (PlainServer other =
            PlainServer.serving(session ->
                session.write(("I am the other\n" + session.readLine()).getBytes(), 15));
        PlainClient old = PlainClient.of(proxy)) {
      assertThat(old.ask("a")).isEqualTo("re: a");
      proxy.upstream(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()));
      try (PlainClient fresh = PlainClient.of(proxy)) {
        assertThat(fresh.ask("b")).isEqualTo("I am the other");
      }
      assertThat(old.ask("c")).isEqualTo("re: c");
    }
  }

  // Refusing.

  @Test
  void refusesForReal_andReopensOnTheSamePort() throws Exception {
    int port = proxy.port();
    try (PlainClient old = PlainClient.of(proxy)) {
      assertThat(old.ask("a")).isEqualTo("re: a");

      proxy.refuse();
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> PlainClient.of(proxy))
            .isInstanceOf(ConnectException.class)
            .hasMessageContaining("Connection refused");
      }
      assertThat(old.ask("b")).as("existing connections go on").isEqualTo("re: b");

      proxy.reopen();
      assertThat(proxy.port()).isEqualTo(port);
      try (PlainClient fresh = PlainClient.of(proxy)) {
        assertThat(fresh.ask("c")).isEqualTo("re: c");
      }
    }
    assertThat(proxy.accepted()).isEqualTo(2);
    assertThat(proxy.log()).extracting(ProxyEvent::type).contains(Type.REFUSING, Type.LISTENING);
  }

  @Test
  void keepsThePort_whileItRefuses() throws Exception {
    proxy.refuse();
    try (ServerSocket thief = new ServerSocket()) {
      thief.setReuseAddress(false);
      assertThatThrownBy(() -> thief.bind(proxy.address())).isInstanceOf(BindException.class);
    }
  }

  @Test
  void refusesForAWhile_thenAcceptsByItself() throws Exception {
    long start = System.nanoTime();
    proxy.arm(Fault.refuse(Duration.ofMillis(500)));
    awaitAnswer();
    assertThat(System.nanoTime() - start).isGreaterThan(500_000_000);
    assertThat(proxy.log())
        .extracting(ProxyEvent::type)
        .startsWith(Type.REFUSING, Type.LISTENING, Type.ACCEPTED);
  }

  @Test
  void refusesWhenTheScriptSaysSo_oneOutagePerTurn() throws Exception {
    proxy.script(
        Script.next(1, Fault.none())
            .then(Script.next(1, Fault.refuse()))
            .then(Script.next(1, Fault.closeAfterAccept())));
    try (PlainClient first = PlainClient.of(proxy)) {
      assertThat(first.ask("1")).isEqualTo("re: 1");
      assertThatThrownBy(() -> PlainClient.of(proxy)).isInstanceOf(ConnectException.class);
      proxy.reopen();
      try (PlainClient second = PlainClient.of(proxy)) {
        assertThat(second.nextRead()).isEqualTo("end of stream");
      }
      try (PlainClient third = PlainClient.of(proxy)) {
        assertThat(third.ask("3")).isEqualTo("re: 3");
      }
    }
  }

  @Test
  void surviesManyOutages_onTheSamePort() throws Exception {
    for (int i = 0; i < 100; i++) {
      proxy.refuse();
      assertThatThrownBy(() -> PlainClient.of(proxy)).isInstanceOf(ConnectException.class);
      proxy.reopen();
      try (PlainClient client = PlainClient.of(proxy)) {
        assertThat(client.ask("x" + i)).isEqualTo("re: x" + i);
      }
    }
  }

  // Resets and early ends.

  @Test
  void resetsAtOnce() throws Exception {
    proxy.script(Script.next(1, Fault.reset()));
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    assertThat(server.sessions()).isEmpty();
    assertEnd(Type.RESET_BY_PROXY, Fault.reset(), 0, 0);
  }

  @Test
  void resetsAfterTheRequestLeft_beforeTheAnswer() throws Exception {
    Fault fault = Fault.resetAfter(TO_CLIENT, 0);
    proxy.script(Script.next(1, fault));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    assertThat(session().received()).isEqualTo("pay\n");
    await().until(() -> session().end().equals("Connection reset"));
    assertEnd(Type.RESET_BY_PROXY, fault, 4, 0);
  }

  @Test
  void resetsInTheMiddleOfTheAnswer() throws Exception {
    Fault fault = Fault.resetAfter(TO_CLIENT, 5);
    proxy.script(Script.next(1, fault));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.read(5)).isEqualTo("re: p");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    await().until(() -> session().end().equals("Connection reset"));
    assertEnd(Type.RESET_BY_PROXY, fault, 4, 5);
  }

  @Test
  void resetsInTheMiddleOfTheRequest() throws Exception {
    Fault fault = Fault.resetAfter(TO_SERVER, 3);
    proxy.script(Script.next(1, fault));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("a long request\n");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    await().until(() -> session().end().equals("Connection reset"));
    assertThat(session().received()).isEqualTo("a l");
    assertEnd(Type.RESET_BY_PROXY, fault, 3, 0);
  }

  @Test
  void truncatesTheAnswer_withACleanEnd() throws Exception {
    Fault fault = Fault.truncateAfter(5);
    proxy.script(Script.next(1, fault));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\nmore that nobody reads");
      assertThat(client.read(5)).isEqualTo("re: p");
      assertThat(client.nextRead()).isEqualTo("end of stream");
      client.send("and more\n");
      assertThat(client.nextRead()).isEqualTo("end of stream");
    }
    await().until(() -> !session().end().equals("open"));
    await().until(() -> lastEvent().type().isEnd());
    assertThat(lastEvent().type()).isEqualTo(Type.CLOSED_BY_PROXY);
    assertThat(lastEvent().bytesToClient()).isEqualTo(5);
  }

  @Test
  void truncatesBeforeTheFirstByte_andTheServerHasSeenTheRequest() throws Exception {
    proxy.script(Script.next(1, Fault.truncateAfter(0)));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.nextRead()).isEqualTo("end of stream");
    }
    assertThat(session().received()).isEqualTo("pay\n");
  }

  @Test
  void closesAfterAccept_andTheServerNeverHearsOfIt() throws Exception {
    proxy.script(Script.next(1, Fault.closeAfterAccept()));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("lost\n");
      assertThat(client.nextRead()).isEqualTo("end of stream");
    }
    assertThat(server.sessions()).isEmpty();
    assertEnd(Type.CLOSED_BY_PROXY, Fault.closeAfterAccept(), 0, 0);
  }

  @Test
  void cutsAllConnections_andAcceptsNewOnes() throws Exception {
    try (PlainClient one = PlainClient.of(proxy);
        PlainClient two = PlainClient.of(proxy)) {
      assertThat(one.ask("1")).isEqualTo("re: 1");
      proxy.cutAll();
      assertThat(one.nextRead()).isEqualTo(RESET);
      assertThat(two.nextRead()).isEqualTo(RESET);
    }
    assertThat(proxy.open()).isZero();
    awaitAnswer();
  }

  @Test
  void flapTakesTheWholeLinkDown() throws Exception {
    try (PlainClient bystander = PlainClient.of(proxy)) {
      assertThat(bystander.ask("up")).isEqualTo("re: up");
      long start = System.nanoTime();
      proxy.script(Script.next(1, Fault.flap(Duration.ofMillis(100), Duration.ofHours(1))));
      try (PlainClient flapping = PlainClient.of(proxy)) {
        assertThat(flapping.nextRead()).isEqualTo(RESET);
        assertThat(System.nanoTime() - start).isGreaterThan(100_000_000);
      }
      assertThat(bystander.nextRead()).isEqualTo(RESET);
      assertThatThrownBy(() -> PlainClient.of(proxy)).isInstanceOf(ConnectException.class);
    }
    proxy.reopen();
    awaitAnswer();
  }

  @Test
  void flapEndsByItself() throws Exception {
    proxy.script(Script.next(1, Fault.flap(Duration.ofMillis(1), Duration.ofMillis(50))));
    try (PlainClient flapping = PlainClient.of(proxy)) {
      assertThat(flapping.nextRead()).isEqualTo(RESET);
    }
    awaitAnswer();
    assertThat(proxy.log())
        .extracting(ProxyEvent::type)
        .containsSubsequence(Type.STRUCK, Type.REFUSING, Type.RESET_BY_PROXY, Type.LISTENING);
  }

  // Silence.

  @Test
  void swallowsTheRequest() throws Exception {
    proxy.script(Script.next(1, Fault.blackholeAfter(TO_SERVER, 0)));
    PlainClient client = PlainClient.of(proxy);
    client.send("pay\n");
    assertThat(client.hearsNothing()).isTrue();
    client.out.write(new byte[20_000_000]); // goes on to succeed
    client.close();
    await().until(() -> proxy.strikes() == 1);
    assertThat(session().received()).isEmpty();
    assertThat(session().end()).as("the client's FIN is not passed on").isEqualTo("open");

    session().socket.close();
    await().alias("both have gone").until(() -> proxy.open() == 0);
    assertThat(lastEvent().bytesToServer()).isZero();
  }

  @Test
  void swallowsTheAnswer() throws Exception {
    proxy.script(Script.next(1, Fault.blackholeAfter(TO_CLIENT, 3)));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.read(3)).isEqualTo("re:");
      assertThat(client.hearsNothing()).isTrue();
      assertThat(session().received()).isEqualTo("pay\n");

      session().reset();
      assertThat(client.hearsNothing()).as("the server's RST is not passed on").isTrue();

      proxy.clear();
      assertThat(client.hearsNothing()).as("lost bytes cannot be found again").isTrue();
    }
    await().until(() -> proxy.open() == 0);
  }

  @Test
  void freezesAndThaws_withNothingLost() throws Exception {
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("a")).isEqualTo("re: a");
      proxy.freeze();
      client.send("b\n");
      assertThat(client.hearsNothing()).isTrue();
      assertThat(session().received()).isEqualTo("a\n");
      try (PlainClient fresh = PlainClient.of(proxy)) {
        assertThat(fresh.ask("c")).as("new connections work").isEqualTo("re: c");
      }
      proxy.thaw();
      assertThat(client.readLine()).isEqualTo("re: b");
    }
    assertThat(proxy.log()).extracting(ProxyEvent::type).contains(Type.FROZEN, Type.THAWED);
  }

  @Test
  void halfOpenConnectionStallsItsWriter_andHidesTheEndOfThePeer() throws Exception {
    serve(PlainServer.echo());
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("a");
      assertThat(client.read(1)).isEqualTo("a");
      proxy.arm(Fault.halfOpen());

      AtomicInteger written = new AtomicInteger();
      CompletableFuture<Void> writer = write(client, 64 << 20, written);
      awaitStall(written);
      assertThat(written.get()).isLessThan(64 << 20);
      assertThat(session().received()).isEqualTo("a");

      session().socket.close();
      assertThat(client.hearsNothing()).isTrue();

      proxy.cutAll();
      assertThat(writer).failsWithin(Duration.ofSeconds(20));
    }
  }

  @Test
  void whatAClientSentBeforeItGaveUpArrivesLate_afterAThaw() throws Exception {
    proxy.script(Script.next(1, Fault.halfOpen()));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("late\n");
    }
    await().until(() -> proxy.strikes() == 1);
    assertThat(session().received()).isEmpty();
    proxy.thaw();
    await().until(() -> session().received().equals("late\n"));
    await().until(() -> session().end().equals("end of stream"));
  }

  // Shape of the traffic.

  @Test
  void slowsDown() throws Exception {
    serve(PlainServer.echo());
    proxy.script(Script.next(1, Fault.slow(TO_CLIENT, 2_000)));
    try (PlainClient client = PlainClient.of(proxy)) {
      long start = System.nanoTime();
      client.out.write(new byte[1_000]);
      await().until(() -> session().received().length() == 1_000);
      assertThat(client.in.readNBytes(1_000)).hasSize(1_000);
      // 1,000 bytes less the last portion, which is not waited for.
      assertThat(System.nanoTime() - start).isGreaterThan(460_000_000);
    }
  }

  @Test
  void slices() throws Exception {
    proxy.script(Script.next(1, Fault.slice(TO_CLIENT, 3, Duration.ofHours(1))));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.read(3)).isEqualTo("re:");
      assertThat(client.hearsNothing()).isTrue();
      assertThat(session().received()).isEqualTo("pay\n");
      proxy.clear();
      assertThat(client.readLine()).isEqualTo(" pay");
    }
  }

  @Test
  void slicesBothWays_andLosesNothing() throws Exception {
    serve(PlainServer.echo());
    proxy.script(Script.next(1, Fault.slice(7, Duration.ZERO)));
    byte[] bytes = new byte[100_000];
    new Random(2).nextBytes(bytes);
    try (PlainClient client = PlainClient.of(proxy)) {
      client.out.write(bytes);
      assertThat(client.in.readNBytes(bytes.length)).isEqualTo(bytes);
    }
  }

  @Test
  void delaysBothWays_andKeepsTheOrder() throws Exception {
    proxy.script(Script.next(1, Fault.delay(Duration.ofMillis(60), Duration.ofMillis(40))));
    try (PlainClient client = PlainClient.of(proxy)) {
      long start = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        client.send(i + "\n");
      }
      for (int i = 0; i < 20; i++) {
        assertThat(client.readLine()).isEqualTo("re: " + i);
      }
      assertThat(System.nanoTime() - start).isGreaterThan(120_000_000);
      client.socket.shutdownOutput();
      assertThat(client.nextRead()).isEqualTo("end of stream");
    }
  }

  @Test
  void corruptsOneByte() throws Exception {
    proxy.script(Script.next(1, Fault.corrupt(TO_SERVER, 5, 0x20)));
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("abcdefgh")).isEqualTo("re: abcdeFgh");
      assertThat(client.ask("abcdefgh")).isEqualTo("re: abcdefgh");
    }
    assertThat(proxy.strikes()).isEqualTo(1);
  }

  @Test
  void corruptsTheSameByte_howeverTheStreamIsCut() throws Exception {
    proxy.script(
        Script.next(
            1, Fault.corrupt(TO_CLIENT, 6, 0x20).and(Fault.slice(TO_CLIENT, 2, Duration.ZERO))));
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("abcdefgh")).isEqualTo("re: abCdefgh");
    }
  }

  @Test
  void combinesFaults() throws Exception {
    proxy.script(Script.next(1, Fault.slow(TO_CLIENT, 1_000).and(Fault.resetAfter(TO_CLIENT, 6))));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.read(6)).isEqualTo("re: pa");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
  }

  // Which connection is hit.

  @Test
  void armedFaultCountsFromNow_onAConnectionThatIsKeptAlive() throws Exception {
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("one")).isEqualTo("re: one");
      proxy.arm(Fault.resetAfter(TO_CLIENT, 4));
      client.send("two\n");
      assertThat(client.read(4)).isEqualTo("re: ");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    assertThat(session().received()).isEqualTo("one\ntwo\n");
  }

  @Test
  void armedFaultHitsTheNextConnectionToo_andNoOther() throws Exception {
    proxy.arm(Fault.closeAfterAccept());
    try (PlainClient next = PlainClient.of(proxy)) {
      assertThat(next.nextRead()).isEqualTo("end of stream");
    }
    awaitAnswer();
    assertThat(proxy.accepted()).isEqualTo(2);
  }

  @Test
  void aConnectionMadeBeforeAnOrderIsNotTheNext() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (PlainClient before = PlainClient.of(proxy)) {
        proxy.script(Script.next(1, Fault.reset()));
        assertThat(before.ask("a")).isEqualTo("re: a");
        try (PlainClient after = PlainClient.of(proxy)) {
          assertThat(after.nextRead()).isEqualTo(RESET);
        }
      }
    }
  }

  @Test
  void clearsAllTrouble() throws Exception {
    try (PlainClient slow = PlainClient.of(proxy);
        PlainClient frozen = PlainClient.of(proxy)) {
      assertThat(slow.ask("a")).isEqualTo("re: a");
      assertThat(frozen.ask("a")).isEqualTo("re: a");
      proxy.arm(Fault.slow(1).and(Fault.flap(Duration.ofHours(1), Duration.ofHours(1))));
      proxy.freeze();
      proxy.script(Script.always(Fault.reset()));
      proxy.refuse();
      slow.send("123456789\n");

      proxy.clear();

      assertThat(slow.readLine()).isEqualTo("re: 123456789");
      assertThat(frozen.ask("b")).isEqualTo("re: b");
      try (PlainClient fresh = PlainClient.of(proxy)) {
        assertThat(fresh.ask("c")).isEqualTo("re: c");
      }
    }
  }

  @Test
  void repeatsARandomScript_withTheSameSeed() throws Exception {
    Map<Fault, Integer> weights =
        Map.of(Fault.none(), 2, Fault.reset(), 1, Fault.closeAfterAccept(), 1);
    assertThat(faultsOfConnections(Script.randomly(7, weights)))
        .isEqualTo(faultsOfConnections(Script.randomly(7, weights)))
        .isNotEqualTo(faultsOfConnections(Script.randomly(8, weights)))
        .contains(Fault.none(), Fault.reset(), Fault.closeAfterAccept());
  }

  private List<Fault> faultsOfConnections(Script script) throws Exception {
    try (FaultProxy other = FaultProxy.to(server.port())) {
      other.script(script);
      for (int i = 0; i < 40; i++) {
        PlainClient.of(other).close();
      }
      await().until(() -> other.accepted() == 40);
      return other.log().stream()
          .filter(event -> event.type() == Type.ACCEPTED)
          .map(ProxyEvent::fault)
          .toList();
    }
  }

  // What it tells.

  @Test
  void tellsWhatItDid() throws Exception {
    proxy.script(Script.next(1, Fault.resetAfter(TO_CLIENT, 2)));
    try (PlainClient client = PlainClient.of(proxy)) {
      client.send("pay\n");
      assertThat(client.read(2)).isEqualTo("re");
      assertThat(client.nextRead()).isEqualTo(RESET);
    }
    await().until(() -> proxy.open() == 0);
    assertThat(proxy.log())
        .extracting(event -> event.toString().replaceFirst("^\\d+\\.\\d{3}s ", ""))
        .containsExactly(
            "#1 ACCEPTED resetAfter(TO_CLIENT, 2) 0 B up 0 B down",
            "#1 STRUCK resetAfter(TO_CLIENT, 2) 4 B up 2 B down",
            "#1 RESET_BY_PROXY resetAfter(TO_CLIENT, 2) 4 B up 2 B down");
    assertThat(proxy.strikes()).isEqualTo(1);
    assertThat(proxy)
        .hasToString(
            "FaultProxy[%s -> %s, seed %d, script next(1, resetAfter(TO_CLIENT, 2)), 1 accepted, 0 open]"
                .formatted(
                    proxy.address(),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                    proxy.seed()));
    assertThat(proxy.uri("http")).hasToString("http://127.0.0.1:" + proxy.port());
  }

  @Test
  void keepsOnlyTheLatestEvents() throws Exception {
    try (PlainClient client = PlainClient.of(proxy)) {
      assertThat(client.ask("a")).isEqualTo("re: a");
      for (int i = 0; i < 10_100; i++) {
        proxy.arm(Fault.none());
      }
    }
    await().until(() -> proxy.open() == 0);
    assertThat(proxy.log()).hasSize(10_000);
    assertThat(lastEvent().type()).isEqualTo(Type.CLOSED_BY_CLIENT);
  }

  @Test
  void saysSo_whenItIsUsedAfterClose() {
    proxy.close();
    proxy.close();
    assertThatThrownBy(() -> proxy.cutAll())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parley-fault-proxy-" + proxy.port() + " is closed");
    assertThat(proxy.log()).isEmpty();
  }

  @Test
  void saysSo_whenTheHostIsUnknown() {
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 80);
    assertThatThrownBy(() -> FaultProxy.to(nowhere, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "cannot find the host of " + nowhere + "; check its name or use its IP address");
  }

  // Help.

  private ProxyEvent lastEvent() {
    List<ProxyEvent> log = proxy.log();
    return log.get(log.size() - 1);
  }

  private void assertEnd(Type type, Fault fault, long bytesToServer, long bytesToClient) {
    await().until(() -> lastEvent().type().isEnd());
    ProxyEvent end = lastEvent();
    assertThat(end)
        .isEqualTo(
            new ProxyEvent(end.at(), end.connection(), type, fault, bytesToServer, bytesToClient));
  }

  private void awaitAnswer() {
    await()
        .ignoreException(ConnectException.class)
        .until(() -> {
          try (PlainClient client = PlainClient.of(proxy)) {
            return client.ask("up?").equals("re: up?");
          }
        });
  }

  private static CompletableFuture<Void> write(
      PlainClient client, int count, AtomicInteger written) {
    return CompletableFuture.runAsync(() -> {
      byte[] chunk = new byte[16 * 1024];
      try {
        while (written.get() < count) {
          client.out.write(chunk);
          written.addAndGet(chunk.length);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static void awaitStall(AtomicInteger written) {
    AtomicInteger seen = new AtomicInteger(-1);
    await()
        .pollInterval(Duration.ofMillis(300))
        .until(() -> seen.getAndSet(written.get()) == written.get());
  }
}
