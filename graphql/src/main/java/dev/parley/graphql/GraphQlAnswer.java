package dev.parley.graphql;

import dev.parley.Headers;
import dev.parley.PartialFailure;
import dev.parley.http.HttpHeaders;
import dev.parley.spi.Answer;
import java.util.List;
import okhttp3.Response;

/** An answer whose headers are copied only if somebody asks for them. */
record GraphQlAnswer<R>(R body, List<PartialFailure> partialFailures, Response nativeReply)
    implements Answer<R> {
  @Override
  public Headers headers() {
    return HttpHeaders.from(nativeReply.headers());
  }

  // Neither body nor header values: they may be secret.
  @Override
  public String toString() {
    return "Answer[" + nativeReply.code() + ", " + partialFailures.size() + " errors]";
  }
}
