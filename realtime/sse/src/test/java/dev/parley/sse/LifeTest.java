package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.Effect;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.RemoteException;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import dev.parley.http.OAuth2;
import dev.parley.testkit.VirtualTime;
import dev.parley.testkit.fault.FaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** How long a stream lives, with what credentials, and beside what. */
class LifeTest extends StreamTest {
  private static final Operation<Void, SseEvent> ALL =
      Operation.of("all", Void.class, SseEvent.class).bind(Sse.get("/events").comments());

  // ---------------------------------------------------------------- liveness, in virtual time

  @Test
  void LIV_1_noticesAPeerThatIsHalfOpenWithin41Seconds() throws Exception {
    VirtualTime time = VirtualTime.create();
    server = RawServer.streaming("data:1\n\n");
    try (FaultProxy proxy = FaultProxy.to(server.port());
        Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      Subscription<Message<String>> events =
          virtual.open("sse+http://127.0.0.1:" + proxy.port(), StreamChannel.class).stream(
              EVENTS, null, StreamOptions.DEFAULT.listener(watcher));
      take(events, 1);
      proxy.freeze();
      long frozen = time.nanoTime();

      assertThat(
              time.advanceUntil(() -> watcher.hasReached(State.RECOVERING), Duration.ofSeconds(41)))
          .isTrue();
      assertThat(Duration.ofNanos(time.nanoTime() - frozen)).isGreaterThan(Duration.ofSeconds(30));
    }
  }

  @Test
  void LIV_1_aCommentIsASignOfLife() throws Exception {
    VirtualTime time = VirtualTime.create();
    AtomicReference<RawServer.Peer> peer = new AtomicReference<>();
    server =
        new RawServer((each, number) -> {
          peer.set(each);
          each.write(RawServer.EVENTS + "data:1\n\n");
          each.awaitEnd();
        });
    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      Subscription<Message<SseEvent>> events =
          virtual.open(server.uri(), StreamChannel.class).stream(
              ALL, null, StreamOptions.DEFAULT.listener(watcher));
      take(events, 1);
      for (int i = 0; i < 10; i++) {
        time.advance(Duration.ofSeconds(25));
        peer.get().write(":\n");
        take(events, 1);
      }
    }

    assertThat(watcher.resumes).hasSize(1);
  }

  @Test
  void LIV_1_anEventThatNeverEndsIsNoSignOfLife() throws Exception {
    VirtualTime time = VirtualTime.create();
    AtomicReference<RawServer.Peer> peer = new AtomicReference<>();
    server =
        new RawServer((each, number) -> {
          peer.set(each);
          each.write(RawServer.EVENTS + "data:1\n\n");
          each.awaitEnd();
        });
    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      Subscription<Message<SseEvent>> events =
          virtual.open(server.uri(), StreamChannel.class).stream(
              ALL, null, StreamOptions.DEFAULT.listener(watcher));
      take(events, 1);
      for (int i = 0; i < 3; i++) {
        // The second comment tells that all of the first piece was read.
        peer.get().write("data:x\n:\n");
        take(events, 1);
        peer.get().write(":\n");
        take(events, 1);
        time.advance(Duration.ofSeconds(25));
      }
      try {
        peer.get().write("data:x\n");
      } catch (java.io.IOException e) {
        // The last piece was looked at when the time was over, and the connection is closed.
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> watcher.hasReached(State.RECOVERING));
    }

    assertThat(
            watcher.changes.stream()
                .filter(change -> change.to() == State.RECOVERING)
                .findFirst()
                .flatMap(StateChange::cause)
                .orElseThrow())
        .hasMessageContaining("an event was not complete 60 s after it began");
  }

  @Test
  void LIV_1_aConsumerThatIsSlowMakesNoEventLate() throws Exception {
    VirtualTime time = VirtualTime.create();
    AtomicReference<RawServer.Peer> peer = new AtomicReference<>();
    server =
        new RawServer((each, number) -> {
          peer.set(each);
          each.write(RawServer.EVENTS + "data:1\n\ndat");
          each.awaitEnd();
        });
    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      Subscription<Message<String>> events =
          virtual.open(server.uri(), StreamChannel.class).stream(
              EVENTS, null, StreamOptions.DEFAULT.buffer(1).listener(watcher));
      await().atMost(Duration.ofSeconds(30)).until(() -> events.lag().buffered() == 1);
      peer.get().write("a:2\n\ndata:3"); // its reader waits for room, and is amid again then
      time.advance(Duration.ofSeconds(90));
      assertThat(take(events, 2)).containsExactly("1", "2");
      peer.get().write("\n\n");

      assertThat(take(events, 1)).containsExactly("3");
    }

    assertThat(watcher.resumes).hasSize(1);
  }

  // ---------------------------------------------------------------- credentials

  @Test
  void TOK_5_standsOnANewConnectionBeforeTheTokenOfTheOldOneExpires() throws Exception {
    VirtualTime time = VirtualTime.create();
    AtomicReference<RawServer.Peer> old = new AtomicReference<>();
    AtomicBoolean oldClosed = new AtomicBoolean();
    AtomicBoolean overlapped = new AtomicBoolean();
    List<String> seen = new CopyOnWriteArrayList<>();
    server =
        new RawServer((peer, number) -> {
          if (number == 1) {
            old.set(peer);
            peer.write(RawServer.EVENTS + events(1, 2));
            peer.awaitEnd();
            oldClosed.set(true);
            return;
          }
          // The old one goes on until the new one stands, which then brings the same again.
          old.get().write(events(3, 4));
          await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 4);
          overlapped.set(!oldClosed.get());
          peer.write(RawServer.EVENTS + events(3, 5));
          peer.awaitEnd();
        });
    AtomicInteger tokens = new AtomicInteger();
    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      SseChannel channel =
          SseChannel.builder(server.uri())
              .auth(
                  Auth.bearer(
                      () -> "t" + tokens.incrementAndGet(), token -> time.now().plusSeconds(30)))
              .replays(true)
              .open(virtual);
      Subscription<Message<String>> events =
          channel.stream(EVENTS, null, StreamOptions.DEFAULT.listener(watcher));
      events.start(event -> seen.add(event.body()));
      await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 2);
      time.advance(Duration.ofSeconds(29));
      await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == 5 && oldClosed.get());
    }

    assertThat(overlapped).isTrue();
    assertThat(seen).containsExactly("1", "2", "3", "4", "5");
    assertThat(server.arrivals().stream().map(each -> each.header("Authorization")))
        .containsExactly("Bearer t1", "Bearer t2");
    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("2");
    assertThat(watcher.resumes).hasSize(2).allMatch(resumed -> resumed.gap() == Gap.NONE);
    assertThat(watcher.hasReached(State.RECOVERING)).isFalse();
  }

  @Test
  void TOK_5_takesTheNextTokenOfOAuth2AndNotTheOneThatRunsOut() throws Exception {
    VirtualTime time = VirtualTime.create();
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + events(number, number));
          peer.awaitEnd();
        });
    try (RawServer tokens = new RawServer(LifeTest::giveToken);
        Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      OAuth2 auth =
          OAuth2.clientCredentials(
                  URI.create("http://127.0.0.1:" + tokens.port()), "app", () -> "secret")
              .build();
      SseChannel channel = SseChannel.builder(server.uri()).auth(auth).replays(true).open(virtual);
      Subscription<Message<String>> events =
          channel.stream(EVENTS, null, StreamOptions.DEFAULT.silence(Duration.ofHours(1)));
      take(events, 1);
      time.advance(Duration.ofSeconds(960));
      take(events, 1);

      assertThat(tokens.arrivals()).hasSize(2);
    }

    assertThat(server.arrivals().stream().map(each -> each.header("Authorization")))
        .containsExactly("Bearer t1", "Bearer t2");
  }

  private static void giveToken(RawServer.Peer peer, int number) throws Exception {
    String token = "{\"access_token\":\"t" + number + "\",\"expires_in\":1000}";
    peer.write(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + token.length()
            + "\r\n\r\n"
            + token);
  }

  private static String events(int first, int last) {
    StringBuilder events = new StringBuilder();
    for (int id = first; id <= last; id++) {
      events.append("id:").append(id).append("\ndata:").append(id).append("\n\n");
    }
    return events.toString();
  }

  @Test
  void TOK_5_goesOnWithANewTokenWhenTheServerEndsTheStreamOfTheOld() throws Exception {
    List<String> tokens = List.of("t1", "t2", "t3");
    AtomicReference<String> token = new AtomicReference<>("t1");
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "id:" + number + "\ndata:" + number + "\n\n");
          if (number < 3) {
            token.set(tokens.get(number)); // expired
          } else {
            peer.awaitEnd();
          }
        });
    SseChannel channel =
        SseChannel.builder(server.uri()).auth(Auth.bearer(token::get)).replays(true).open(parley);

    assertThat(take(channel.stream(EVENTS, null, options), 3)).containsExactly("1", "2", "3");
    assertThat(server.arrivals().stream().map(each -> each.header("Authorization")))
        .containsExactly("Bearer t1", "Bearer t2", "Bearer t3");
    assertThat(server.arrivals().stream().map(each -> each.header("Last-Event-ID")))
        .containsExactly(null, "1", "2");
    assertThat(watcher.resumes).allMatch(resumed -> resumed.gap() == Gap.NONE);
  }

  @Test
  void TOK_2_renewsARefusedTokenOnceWithoutAnotherDial() throws Exception {
    AtomicReference<String> token = new AtomicReference<>("old");
    server =
        new RawServer((peer, number) -> {
          if ("Bearer old".equals(peer.header("Authorization"))) {
            token.set("new");
            peer.write("HTTP/1.1 401 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
          }
          peer.write(RawServer.EVENTS + "data:1\n\n");
          peer.awaitEnd();
        });
    SseChannel channel =
        SseChannel.builder(server.uri()).auth(Auth.bearer(token::get)).open(parley);
    take(channel.stream(EVENTS, null, options), 1);

    assertThat(server.arrivals()).hasSize(2);
    assertThat(watcher.hasReached(State.RECOVERING)).isFalse();
  }

  @Test
  void TOK_4_failsWhereTheNewTokenIsRefusedToo() {
    server =
        new RawServer((peer, number) ->
            peer.write("HTTP/1.1 401 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    SseChannel channel =
        SseChannel.builder(server.uri()).auth(Auth.bearer(() -> "secret")).open(parley);

    RemoteException failure = failure(channel.stream(EVENTS, null, options), RemoteException.class);
    assertThat(failure.code()).isEqualTo("401");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.toString()).doesNotContain("secret");
    assertThat(server.arrivals()).hasSizeLessThanOrEqualTo(2);
  }

  // ---------------------------------------------------------------- beside each other

  @Test
  void anyNumberOfStreamsToOneHostRunBesideCallsOfTheSameClient() throws Exception {
    server = RawServer.streaming("data:1\n\n");
    OkHttpClient client = new OkHttpClient(); // at most 5 calls at once to a host
    List<Subscription<Message<String>>> all = new ArrayList<>();
    SseChannel channel = SseChannel.builder(server.uri()).client(client).open(parley);
    for (int i = 0; i < 20; i++) {
      all.add(channel.stream(EVENTS, null, options));
    }
    for (Subscription<Message<String>> events : all) {
      take(events, 1);
    }
    okhttp3.Request request =
        new okhttp3.Request.Builder().url("http://127.0.0.1:" + server.port() + "/call").build();
    java.util.concurrent.CompletableFuture<Integer> answered =
        new java.util.concurrent.CompletableFuture<>();
    client
        .newCall(request)
        .enqueue(
            new okhttp3.Callback() {
              @Override
              public void onFailure(okhttp3.Call call, java.io.IOException e) {
                answered.completeExceptionally(e);
              }

              @Override
              public void onResponse(okhttp3.Call call, Response response) {
                answered.complete(response.code());
                response.close();
              }
            });

    assertThat(answered.get(20, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(200);
    client.dispatcher().executorService().shutdown();
  }

  // ---------------------------------------------------------------- the ways out

  @Test
  void ESC_3_bindsOneOperationNatively() throws Exception {
    server = RawServer.streaming("data:1\n\n");
    Operation<Void, String> bound =
        Operation.of("native", Void.class, String.class)
            .bind(
                Sse.over(
                    Http.get("/events")
                        .nativeRequest(
                            request -> request.newBuilder().header("X-Native", "1").build())));
    take(subscribe(bound), 1);

    assertThat(server.arrivals().get(0).header("X-Native")).isEqualTo("1");
  }

  @Test
  void ESC_4_unwrapsTheAnswerOfASubscription() throws Exception {
    server = RawServer.streaming("data:1\n\n");
    Subscription<Message<String>> events = subscribe(EVENTS);
    take(events, 1);

    assertThat(events.unwrap(Response.class).orElseThrow().code()).isEqualTo(200);
    assertThat(events.unwrap(String.class)).isEmpty();
  }

  @Test
  void closesAParleyOfItsOwn() throws Exception {
    server = RawServer.streaming("data:1\n\n");
    SseChannel channel = SseChannel.builder("http://127.0.0.1:" + server.port()).build();
    Subscription<Message<String>> events = channel.stream(EVENTS);
    take(events, 1);
    channel.close();

    assertThat(events.state()).isEqualTo(State.CLOSED);
    assertThat(channel.uri().getScheme()).isEqualTo("sse+http");
    assertThat(
            catchThrowableOfType(
                dev.parley.ChannelClosedException.class, () -> channel.stream(EVENTS)))
        .isNotNull();
  }
}
