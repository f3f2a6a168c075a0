package dev.parley.http;

import dev.parley.spi.RetryLayer;
import java.io.IOException;
import java.util.List;
import okhttp3.Authenticator;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** Switches off everything by which OkHttp sends a request again on its own. */
final class Resends {
  private static final String RETRY_AFTER = "Retry-After";
  // What 0 means, in the form that OkHttp does not act on: any time from now on.
  private static final String AT_ANY_TIME = "Thu, 01 Jan 1970 00:00:00 GMT";

  private static final List<RetryLayer> LEDGER =
      List.of(
          new RetryLayer(
              "OkHttp retryOnConnectionFailure", false, "also ends its repetition after 408"),
          new RetryLayer(
              "OkHttp repetition after 503 with Retry-After: 0", false, "0 is rewritten as a date"),
          new RetryLayer(
              "OkHttp redirects", false, "Parley follows them for safe methods, at most 10"),
          new RetryLayer("OkHttp authenticator", false, "Parley renews credentials once a call"),
          new RetryLayer(
              "OkHttp repetition after 421 on a coalesced HTTP/2 connection",
              true,
              "the peer proved that it did not act; the repetition is not counted"));

  private Resends() {}

  static void switchOff(OkHttpClient.Builder builder) {
    builder
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .authenticator(Authenticator.NONE);
    if (!builder.networkInterceptors().contains(Rewrite.INSTANCE)) {
      builder.addNetworkInterceptor(Rewrite.INSTANCE);
    }
  }

  static List<RetryLayer> ledger() {
    return LEDGER;
  }

  /**
   * Below OkHttp's follow-up logic: rewrites the {@code Retry-After} of a 503 that would make it
   * send again at once, which is 0, or fail, which is a number that is no {@code int}.
   */
  private enum Rewrite implements Interceptor {
    INSTANCE;

    @Override
    public Response intercept(Chain chain) throws IOException {
      Response response = chain.proceed(chain.request());
      if (response.code() != 503) {
        return response;
      }
      String value = response.header(RETRY_AFTER);
      if (value == null || value.isEmpty() || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return response;
      }
      String digits = value.replaceFirst("^0+", "");
      if (digits.isEmpty()) {
        return response.newBuilder().header(RETRY_AFTER, AT_ANY_TIME).build();
      }
      boolean fits = digits.length() < 10;
      return fits
          ? response
          : response.newBuilder().header(RETRY_AFTER, Integer.toString(Integer.MAX_VALUE)).build();
    }
  }
}
