package dev.parley.spi;

import dev.parley.Headers;
import dev.parley.PartialFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

record PlainAnswer<R>(
    R body, Headers headers, List<PartialFailure> partialFailures, @Nullable Object nativeReply)
    implements Answer<R> {
  // Neither body nor header values: they may be secret.
  @Override
  public String toString() {
    return "Answer[" + headers + "]";
  }
}
