package dev.parley.http;

import java.io.IOException;
import okhttp3.Headers;
import okhttp3.Response;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Notices a server that keeps a 500 under an idempotency key and answers with it for ever, so that
 * asking again is of no use (KEY-5): it says so, or it gives the same answer for the third time.
 */
final class StoredFailure {
  private static final int COMPARED = 8192;
  private static final int REPEATED = 2;

  private @Nullable Headers headers;
  private @Nullable ByteString body;
  private int repeated;

  /** Returns whether this answer to a keyed request is one that was stored. */
  boolean isAnsweredBy(Response response) {
    if (response.code() != 500) {
      repeated = 0;
      return false;
    }
    if ("true".equalsIgnoreCase(response.header("Idempotent-Replayed"))) {
      return true;
    }
    try {
      ByteString newBody = response.peekBody(COMPARED).byteString();
      Headers newHeaders = response.headers().newBuilder().removeAll("Date").build();
      boolean same = newHeaders.equals(headers) && newBody.equals(body);
      repeated = same ? repeated + 1 : 0;
      headers = newHeaders;
      body = newBody;
    } catch (IOException e) {
      repeated = 0; // it broke off
    }
    return repeated >= REPEATED;
  }
}
