package dev.parley.polling;

import dev.parley.Channel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.http.Http;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import okhttp3.OkHttpClient;

/** A real server with a growing list, behind a fault proxy. */
final class PollingHarness implements StreamHarness {
  private static final Poll NEWS =
      Poll.items("/notes")
          .more("/more")
          .until("/ended", "true")
          .holdParameter("hold", Duration.ofMillis(1));

  static final Poll CURSOR = NEWS.cursor("/next", "after");
  static final Poll SINCE = NEWS.since("/seq", "since");

  private final String name;
  private final String scheme;
  private final Feed feed;
  private final Poll poll;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final PeerScript script = new PeerScript();
  private final AtomicInteger connects = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private OkHttpClient ownClient;

  PollingHarness(String name, String scheme, Feed feed, Poll poll) {
    this.name = name;
    this.scheme = scheme;
    this.feed = feed;
    this.poll = poll;
    this.proxy = FaultProxy.to(feed.port());
    this.troubles = new ProxyTroubles(proxy);
  }

  @Override
  public String adapter() {
    return name;
  }

  @Override
  public String uri() {
    return scheme
        + "://127.0.0.1:"
        + proxy.port()
        + "?interval=20ms&maxInterval=50ms"
        + (scheme.startsWith("long") ? "&hold=150ms" : "");
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder.observer(signal -> {
      if (signal instanceof Signal.Connected) {
        connects.incrementAndGet();
      }
      if (signal instanceof Signal.StateChanged moved && moved.name().equals("notes.poll")) {
        open.addAndGet(moved.change().to() == State.OPEN ? 1 : 0);
        open.addAndGet(moved.change().from() == State.OPEN ? -1 : 0);
      }
    });
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Set<Trouble> troubles() {
    return troubles.all();
  }

  @Override
  public void cause(Trouble trouble) {
    if (trouble != Trouble.CUT) {
      troubles.cause(trouble);
      return;
    }
    // Who polls has no connection of its own: one that is cut between two polls is another's
    // trouble. So the network is away until all have noticed.
    troubles.cause(Trouble.REFUSE);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (open.get() > 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    troubles.heal();
  }

  @Override
  public void heal() {
    troubles.heal();
  }

  @Override
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  // Threads of OkHttp and Okio that all clients of a JVM share and that end when they are idle.
  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.startsWith("XNIO")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("process reaper")
        || name.startsWith("OkHttp TaskRunner")
        || name.startsWith("Okio Watchdog");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    if (ownClient == null) {
      ownClient = new OkHttpClient();
    }
    return Optional.of(
        parley
            .at(uri())
            .provider(PollingChannel.builder(uri()).client(ownClient).provider())
            .open(capability));
  }

  @Override
  public Optional<Object> ownClient() {
    return Optional.ofNullable(ownClient);
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    return Optional.of(
        parley
            .at(uri())
            .provider(
                PollingChannel.builder(uri()).customize(okHttp -> customizer.run()).provider())
            .open(capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(OkHttpClient.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(java.io.IOException.class);
  }

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.poll", Void.class, Note.class).bind(Http.get("/notes")).bind(poll);
  }

  @Override
  public void publish(Note note) {
    feed.publish("\"id\":\"" + note.id() + "\",\"text\":\"" + note.text() + "\"");
  }

  @Override
  public void publishGarbage() {
    feed.publish("\"id\":{\"no\":\"text\"}");
  }

  @Override
  public void end() {
    feed.end();
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public Optional<Operation<Void, Note>> unboundStream() {
    return Optional.of(Operation.of("notes.poll", Void.class, Note.class));
  }

  @Override
  public void close() {
    feed.end();
    proxy.close();
    feed.close();
    if (ownClient != null) {
      ownClient.dispatcher().executorService().shutdown();
      ownClient.connectionPool().evictAll();
    }
  }
}
