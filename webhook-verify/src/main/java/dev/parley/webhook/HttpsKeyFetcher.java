package dev.parley.webhook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.concurrent.TimeUnit;

/** The default fetcher, on {@link HttpURLConnection} since that needs no thread and no module. */
final class HttpsKeyFetcher implements KeyFetcher {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final long TOTAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String scheme;

  HttpsKeyFetcher(String scheme) {
    this.scheme = scheme;
  }

  @Override
  public byte[] fetch(Query query) throws IOException {
    if (!scheme.equals(query.uri().getScheme())) {
      throw new IOException("only " + scheme + " is fetched");
    }
    long start = System.nanoTime();
    HttpURLConnection connection = (HttpURLConnection) query.uri().toURL().openConnection();
    try {
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setUseCaches(false);
      byte[] json = query.json();
      if (json != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.getOutputStream().write(json);
      }
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException(query + " was answered " + connection.getResponseCode());
      }
      try (InputStream stream = connection.getInputStream()) {
        return read(query, stream, start);
      }
    } finally {
      connection.disconnect();
    }
  }

  private static byte[] read(Query query, InputStream stream, long start) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      body.write(buffer, 0, n);
      if (body.size() > MAX_BYTES) {
        throw new IOException(query + " was answered with more than " + MAX_BYTES + " bytes");
      }
      if (System.nanoTime() - start > TOTAL_NANOS) {
        throw new IOException(query + " took longer than 10 seconds");
      }
    }
    return body.toByteArray();
  }
}
