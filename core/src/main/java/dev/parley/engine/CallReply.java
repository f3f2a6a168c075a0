package dev.parley.engine;

import dev.parley.Headers;
import dev.parley.PartialFailure;
import dev.parley.Reply;
import dev.parley.spi.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

record CallReply<R>(Answer<R> answer, int attempts, long elapsedNanos, @Nullable String key)
    implements Reply<R> {

  @Override
  public R body() {
    return answer.body();
  }

  @Override
  public Headers headers() {
    return answer.headers();
  }

  @Override
  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }

  @Override
  public List<PartialFailure> partialFailures() {
    return answer.partialFailures();
  }

  @Override
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(key);
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Object nativeReply = answer.nativeReply();
    return nativeType.isInstance(nativeReply)
        ? Optional.of(nativeType.cast(nativeReply))
        : Optional.empty();
  }

  // Neither body nor key nor header values: they may be secret.
  @Override
  public String toString() {
    return "Reply[attempts=" + attempts + ", " + headers() + "]";
  }
}
