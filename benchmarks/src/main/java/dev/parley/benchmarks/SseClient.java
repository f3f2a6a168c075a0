package dev.parley.benchmarks;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamEvent;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.sse.Sse;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/** A client that reads a stream of events whose data it takes as text. */
interface SseClient extends AutoCloseable {
  /** Reads as many events; returns the length of their data, so that somebody looks at it. */
  long read(int events) throws Exception;

  @Override
  void close();

  /** The clients that are compared. */
  enum Kind {
    OKHTTP("okhttp-sse, raw") {
      @Override
      SseClient open(String address) {
        return new OkHttp(address);
      }
    },
    PARLEY("Parley, pulled") {
      @Override
      SseClient open(String address) {
        return new Pulled(address);
      }
    },
    PARLEY_HANDLER("Parley, handled") {
      @Override
      SseClient open(String address) {
        return new Handled(address);
      }
    },
    LAUNCHDARKLY("LaunchDarkly okhttp-eventsource") {
      @Override
      SseClient open(String address) {
        return new LaunchDarkly(address);
      }
    };

    final String title;

    Kind(String title) {
      this.title = title;
    }

    abstract SseClient open(String address) throws Exception;
  }

  /** Lets the benchmark's thread wait for what a thread of the client's counts. */
  final class Tally {
    private final Semaphore blocks = new Semaphore(0);
    private long length;
    private int count;
    private final int block;

    Tally(int block) {
      this.block = block;
    }

    void add(String data) {
      length += data.length();
      if (++count == block) {
        count = 0;
        blocks.release();
      }
    }

    long await() throws InterruptedException {
      blocks.acquire();
      return length;
    }
  }

  /** As its users have it: a listener that its dispatcher's thread calls. */
  final class OkHttp implements SseClient {
    private final OkHttpClient client = new OkHttpClient();
    private final Tally tally = new Tally(Streams.BLOCK);
    private final okhttp3.sse.EventSource source;

    OkHttp(String address) {
      source =
          EventSources.createFactory(client)
              .newEventSource(
                  new Request.Builder().url(address + "/quotes").build(),
                  new EventSourceListener() {
                    @Override
                    public void onEvent(
                        okhttp3.sse.EventSource from, String id, String type, String data) {
                      tally.add(data);
                    }
                  });
    }

    @Override
    public long read(int events) throws Exception {
      return tally.await();
    }

    @Override
    public void close() {
      source.cancel();
      client.dispatcher().executorService().shutdown();
    }
  }

  /** What the two ways of Parley have in common. */
  abstract class OfParley implements SseClient {
    private static final Operation<Void, String> QUOTES =
        Operation.of("quotes", Void.class, String.class).bind(Sse.get("/quotes"));

    private final Parley parley = Parley.create();
    final Subscription<Message<String>> quotes;

    OfParley(String address) {
      quotes =
          parley.open("sse+" + address, StreamChannel.class).stream(
              QUOTES, null, StreamOptions.DEFAULT);
    }

    @Override
    public void close() {
      quotes.abort();
      parley.close(Duration.ofSeconds(1));
    }
  }

  /** The benchmark's thread iterates. */
  final class Pulled extends OfParley {
    private final Iterator<Message<String>> each = quotes.iterator();

    Pulled(String address) {
      super(address);
    }

    @Override
    public long read(int events) {
      long length = 0;
      for (int i = 0; i < events; i++) {
        length += each.next().body().length();
      }
      return length;
    }
  }

  /** A handler on Parley's workers. */
  final class Handled extends OfParley {
    private final Tally tally = new Tally(Streams.BLOCK);

    Handled(String address) {
      super(address);
      var unused = quotes.start(quote -> tally.add(quote.body()));
    }

    @Override
    public long read(int events) throws Exception {
      return tally.await();
    }
  }

  /** The benchmark's thread reads from the socket itself. */
  final class LaunchDarkly implements SseClient {
    private final OkHttpClient client = new OkHttpClient();
    private final EventSource source;

    LaunchDarkly(String address) {
      source =
          new EventSource.Builder(
                  ConnectStrategy.http(URI.create(address + "/quotes")).httpClient(client))
              .build();
    }

    @Override
    public long read(int events) throws Exception {
      long length = 0;
      for (int i = 0; i < events; ) {
        StreamEvent event = source.readAnyEvent();
        if (event instanceof MessageEvent message) {
          length += message.getData().length();
          i++;
        }
      }
      return length;
    }

    @Override
    public void close() {
      source.close();
    }
  }
}
