package dev.parley.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;

/** The root client of one Parley: all its HTTP channels share these connections and threads. */
final class HttpRoot implements AutoCloseable {
  private static final int MAX_IDLE = 256;
  // Shorter than the 60 s or more after which most servers close: see F-4 on what happens else.
  private static final int KEEP_ALIVE_SECONDS = 50;

  private final OkHttpClient client;
  private volatile boolean closed;

  HttpRoot() {
    Dispatcher dispatcher = new Dispatcher(HttpThreads.executor());
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    client =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(MAX_IDLE, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS))
            // The engine bounds each attempt as a whole, which no timeout of OkHttp's does (F-6).
            .callTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .eventListener(new Closer())
            .build();
  }

  OkHttpClient client() {
    return client;
  }

  @Override
  public void close() {
    closed = true;
    client.dispatcher().cancelAll();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  /** Connections of calls and streams that are only just ending become idle after the close. */
  private final class Closer extends EventListener {
    @Override
    public void connectionReleased(Call call, Connection connection) {
      if (closed) {
        client.connectionPool().evictAll();
      }
    }
  }
}
