package dev.parley.grpc;

import dev.parley.Deadline;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** One call of one request and one reply. */
final class UnaryExchange<R> implements BlockingExchange<Answer<R>> {
  private static final int DECODED_ELSEWHERE_FROM = 1 << 16;

  private final GrpcTransport transport;
  private final Bound<?, R> bound;
  private final byte[] request;
  private volatile @Nullable String token; // of the last attempt

  UnaryExchange(GrpcTransport transport, Bound<?, R> bound, byte[] request) {
    this.transport = transport;
    this.bound = bound;
    this.request = request;
  }

  @Override
  public Answer<R> execute(Attempt<Answer<R>> attempt) throws Exception {
    UnaryCall call = new UnaryCall(attempt, Thread.currentThread(), null);
    begin(call, attempt);
    call.await();
    return answer(call, attempt);
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    begin(new UnaryCall(attempt, null, call -> finish(call, attempt)), attempt);
  }

  private void begin(UnaryCall call, Attempt<Answer<R>> attempt) {
    token = transport.token();
    Metadata metadata =
        transport.metadata(attempt.headers(), attempt.idempotencyKey(), attempt.context());
    long mark = transport.mark();
    long started = transport.context().time().nanoTime();
    attempt.onCancel(() -> {
      call.cancel();
      if (transport.context().time().nanoTime() - started >= attempt.timeoutNanos() / 2) {
        transport.suspect(mark);
      }
    });
    call.start(transport, bound, metadata, request);
  }

  private void finish(UnaryCall call, Attempt<Answer<R>> attempt) {
    byte[] reply = call.reply();
    if (reply != null && reply.length >= DECODED_ELSEWHERE_FROM) {
      transport.context().workers().execute(() -> conclude(call, attempt));
    } else {
      conclude(call, attempt);
    }
  }

  private void conclude(UnaryCall call, Attempt<Answer<R>> attempt) {
    try {
      attempt.succeed(answer(call, attempt));
    } catch (RuntimeException e) {
      attempt.fail(e);
    }
  }

  private Answer<R> answer(UnaryCall call, Attempt<Answer<R>> attempt) {
    Status status = call.status();
    byte[] reply = call.reply();
    if (status.isOk() && reply != null) {
      return new GrpcAnswer<>(bound.decode(reply), call);
    }
    if (status.isOk()) {
      throw call.failure(bound.name(), Status.INTERNAL.withDescription("no message in the reply"));
    }
    Deadline deadline = attempt.context().deadlineOrNull();
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED
        && deadline != null
        && deadline.isExpired()) {
      throw new DeadlineExceededException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the deadline has passed at the peer")
              .withCause(call.failure(bound.name(), status)));
    }
    throw call.failure(bound.name(), status);
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    String now = transport.token();
    return now != null && !now.equals(token);
  }
}
