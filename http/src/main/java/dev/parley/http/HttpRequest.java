package dev.parley.http;

import dev.parley.Payload;
import java.io.IOException;
import java.util.function.UnaryOperator;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import okio.HashingSink;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * One request of a {@link HttpOperation}, to be sent as often as it takes. For adapters.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class HttpRequest {
  private static final long HASHED = 1 << 20;

  private final Http http;
  private final HttpUrl url;
  private final Headers headers;
  private final @Nullable RequestBody body;
  private final @Nullable Payload payload; // of the body, if the caller gave one

  HttpRequest(
      Http http,
      HttpUrl url,
      Headers headers,
      @Nullable RequestBody body,
      @Nullable Payload payload) {
    this.http = http;
    this.url = url;
    this.headers = headers;
    this.body = body;
    this.payload = payload;
  }

  /** Returns where it goes. */
  public HttpUrl url() {
    return url;
  }

  /** Returns the headers that do not change from one attempt to the next. */
  public Headers headers() {
    return headers;
  }

  /** Returns whether its body can be sent now: one that can be read once was not yet. */
  public boolean isReplayable() {
    return payload == null || payload.isReplayable();
  }

  /**
   * Returns the SHA-256 of method, address, content type and body, for {@link
   * dev.parley.spi.Exchange#fingerprint}. Of a {@link Payload}, which may be read once only, and of
   * a body that is longer than 1 MiB, only the size counts.
   */
  public byte[] fingerprint() {
    HashingSink hash = HashingSink.sha256(Okio.blackhole());
    BufferedSink sink = Okio.buffer(hash);
    try {
      sink.writeUtf8(http.method()).writeByte('\n').writeUtf8(url.toString()).writeByte('\n');
      if (body != null) {
        long size = body.contentLength();
        sink.writeUtf8(body.contentType() + "\n" + size + "\n");
        if (payload == null && size <= HASHED) {
          body.writeTo(sink);
        }
      }
      sink.flush();
    } catch (IOException e) {
      // What cannot be read cannot be sent either, and that tells why.
    }
    return hash.hash().toByteArray();
  }

  /** Returns the native request of one attempt. */
  public Request attempt(HttpUrl to, Headers all) {
    Request request = new Request(to, all, http.method(), body);
    UnaryOperator<Request> change = http.nativeRequest();
    return change == null ? request : change.apply(request);
  }
}
