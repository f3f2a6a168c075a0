package dev.parley.benchmarks;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.polling.Poll;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BiFunction;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import tools.jackson.databind.json.JsonMapper;

/** Asks again and again for what is behind its cursor, on a thread beside who takes the quotes. */
interface PollClient extends AutoCloseable {
  /** One element of an answer. */
  record Quote(String symbol, double bid, double ask, int size, long number) {}

  /** Returns the next quote. */
  Quote next() throws Exception;

  @Override
  void close();

  /** The clients that are compared. */
  enum Kind {
    OKHTTP("OkHttp, raw", Raw::new),
    PARLEY("Parley", OnParley::new);

    final String title;
    private final BiFunction<String, String, PollClient> factory;

    Kind(String title, BiFunction<String, String, PollClient> factory) {
      this.title = title;
      this.factory = factory;
    }

    PollClient open(String server, String path) {
      return factory.apply(server, path);
    }
  }

  /** A loop as one writes it by hand: no back-off, no gap, no resume. */
  final class Raw implements PollClient {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    record Page(List<Quote> quotes, String next) {}

    private final OkHttpClient client =
        EchoClient.okHttp().newBuilder().readTimeout(Duration.ofSeconds(40)).build();
    private final BlockingQueue<Quote> quotes = new ArrayBlockingQueue<>(256);
    private final Thread loop;

    Raw(String server, String path) {
      loop = new Thread(() -> run(server + path));
      loop.setDaemon(true);
      loop.start();
    }

    private void run(String url) {
      String cursor = "";
      try {
        while (true) {
          Request request =
              new Request.Builder().url(url + cursor).header("Prefer", "wait=30").build();
          try (Response response = client.newCall(request).execute()) {
            if (!response.isSuccessful()) {
              throw new IOException("status " + response.code());
            }
            Page page = MAPPER.readValue(response.body().bytes(), Page.class);
            cursor = "?after=" + page.next();
            for (Quote quote : page.quotes()) {
              quotes.put(quote);
            }
          }
        }
      } catch (IOException | InterruptedException e) {
        // It is closed.
      }
    }

    @Override
    public Quote next() throws InterruptedException {
      return quotes.take();
    }

    @Override
    public void close() {
      client.dispatcher().cancelAll();
      loop.interrupt();
      client.connectionPool().evictAll();
    }
  }

  /** Long polling with its defaults, pulled. */
  final class OnParley implements PollClient {
    private final Parley parley = Parley.create();
    private final Subscription<Message<Quote>> quotes;
    private final Iterator<Message<Quote>> each;

    OnParley(String server, String path) {
      Operation<Void, Quote> operation =
          Operation.of("quotes", Void.class, Quote.class)
              .bind(Http.get(path))
              .bind(Poll.items("/quotes").cursor("/next", "after"));
      quotes =
          parley.open("longpoll+" + server, StreamChannel.class).stream(
              operation, null, StreamOptions.DEFAULT);
      each = quotes.iterator();
    }

    @Override
    public Quote next() {
      return each.next().body();
    }

    @Override
    public void close() {
      quotes.abort();
      parley.close(Duration.ofSeconds(1));
    }
  }
}
