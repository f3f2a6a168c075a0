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
  private static final long ONE_MILLISECOND = 1_000_000;

  private final GrpcTransport transport;
  private final Bound<?, R> bound;
  private final Object request;
  private volatile @Nullable String token; // of the last attempt

  UnaryExchange(GrpcTransport transport, Bound<?, R> bound, Object request) {
    this.transport = transport;
    this.bound = bound;
    this.request = request;
  }

  @Override
  public Answer<R> execute(Attempt<Answer<R>> attempt) throws Exception {
    UnaryCall call = new UnaryCall(transport, attempt, Thread.currentThread(), null);
    begin(call, attempt);
    call.await();
    return answer(call, attempt);
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    begin(new UnaryCall(transport, attempt, null, call -> finish(call, attempt)), attempt);
  }

  private void begin(UnaryCall call, Attempt<Answer<R>> attempt) {
    token = transport.token();
    Metadata metadata =
        transport.metadata(attempt.headers(), attempt.idempotencyKey(), attempt.context());
    attempt.onCancel(call);
    call.start(bound, metadata, request);
  }

  private void finish(UnaryCall call, Attempt<Answer<R>> attempt) {
    if (call.reply() instanceof byte[] reply && reply.length >= Messages.LONG) {
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
    Object reply = call.reply();
    if (status.isOk() && reply != null) {
      return new GrpcAnswer<>(bound.decode(reply), call);
    }
    if (status.isOk()) {
      throw call.failure(bound.name(), Status.INTERNAL.withDescription("no message in the reply"));
    }
    if (isPastDeadline(status, attempt)) {
      throw new DeadlineExceededException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the deadline has passed at the peer")
              .withCause(call.failure(bound.name(), status)));
    }
    throw call.failure(bound.name(), status);
  }

  // The server knows the deadline too, and may be the first to act on it: by its status, or a
  // reset.
  private static boolean isPastDeadline(Status status, Attempt<?> attempt) {
    Deadline deadline = attempt.context().deadlineOrNull();
    return deadline != null
        && deadline.remainingNanos() < ONE_MILLISECOND
        && (status.getCode() == Status.Code.DEADLINE_EXCEEDED
            || status.getCode() == Status.Code.CANCELLED);
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    String now = transport.token();
    return now != null && !now.equals(token);
  }
}
