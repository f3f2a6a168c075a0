package dev.parley.polling;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.TransportException;
import dev.parley.http.HttpRequest;
import dev.parley.http.LinkAttempt;
import dev.parley.polling.Answer.Says;
import dev.parley.polling.Mark.Validators;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Asks in its rhythm, from one answer to the next failure. */
final class PollingLink implements PollLink {
  /** How long an answer may take beyond the time it may be held. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BoundPoll bound;
  private final SourceRequest.OfStream request;
  private final HttpRequest asked;
  private final Duration patience;
  private final Digest digest;
  private final Pauses pauses;
  private final Time time;
  private final Waiter waiter;

  // The engine's thread only.
  private final Deque<Inbound> pending = new ArrayDeque<>();
  private Validators validators;
  private Mark told;
  private long due;
  private Continuity continuity = new Continuity(Gap.NONE, "not asked yet");

  private volatile boolean woken;
  private volatile @Nullable LinkAttempt<Answer> running;
  private volatile @Nullable Response last;

  PollingLink(BoundPoll bound, SourceRequest.OfStream request, Mark from, DoubleSupplier random) {
    this.bound = bound;
    this.request = request;
    this.asked = bound.http.request(request.request());
    this.time = bound.transport.context().time();
    Duration silence = request.options().silence();
    this.patience = silence.compareTo(PATIENCE) < 0 ? silence : PATIENCE;
    this.digest = new Digest(bound, from);
    this.pauses = new Pauses(bound.fastest, bound.slowest, random);
    this.waiter = new Waiter(time);
    this.validators = from.validators();
    this.told = from;
  }

  /** Asks for the first time; the server answers at once, so that the subscriber can be told. */
  void connect() {
    if (digest.mark().isEnd()) {
      continuity = new Continuity(Gap.NONE, "the stream has ended before");
      return;
    }
    Answer answer = ask(Duration.ZERO);
    boolean expired = answer.says() == Says.EXPIRED;
    if (expired) {
      digest.restart();
      validators = Validators.NONE;
      answer = ask(Duration.ZERO);
    }
    take(answer);
    continuity = continuity(expired);
  }

  private Continuity continuity(boolean expired) {
    if (expired) {
      return new Continuity(Gap.LOST, "the server no longer knows the position: it answered 410");
    }
    if (request.connection() == 1 && request.from() == null) {
      return new Continuity(Gap.NONE, "from where the server starts");
    }
    if (digest.hasShrunk()) {
      return new Continuity(Gap.POSSIBLE, "the server has less than had been delivered");
    }
    if (bound.poll.resumes()) {
      return request.from() != null
          ? new Continuity(Gap.NONE, "polling goes on from its position")
          : new Continuity(Gap.POSSIBLE, "there is no position yet to go on from");
    }
    return pending.isEmpty() && request.from() != null
        ? new Continuity(Gap.NONE, "nothing has changed meanwhile")
        : new Continuity(Gap.POSSIBLE, "what changed twice meanwhile was seen once");
  }

  @Override
  public Continuity continuity() {
    return continuity;
  }

  @Override
  public List<Inbound> poll(int max, Duration wait) throws Exception {
    if (max == 0) {
      return List.of();
    }
    if (pending.isEmpty()) {
      if (digest.mark().isEnd()) {
        throw new EndOfStream();
      }
      if (!awaitTurn(wait)) {
        return List.of();
      }
      try {
        Answer answer = ask(bound.hold);
        if (answer.says() == Says.EXPIRED) {
          throw new TransportException(
              Failure.of(
                  Kind.TRANSIENT,
                  Effect.POSSIBLE,
                  bound.http + " answered 410: the server no longer knows the position"));
        }
        take(answer);
      } catch (ParleyException e) {
        if (woken) {
          return List.of();
        }
        throw e;
      }
    }
    List<Inbound> taken = new ArrayList<>();
    while (taken.size() < max && !pending.isEmpty()) {
      taken.add(pending.remove());
    }
    return taken;
  }

  private boolean awaitTurn(Duration wait) throws InterruptedException {
    waiter.awaitInterruptibly(
        Math.min(wait.toNanos(), due - time.nanoTime()), () -> woken || isDue());
    return !woken && isDue();
  }

  private boolean isDue() {
    return due - time.nanoTime() <= 0;
  }

  private Answer ask(Duration hold) {
    PollExchange exchange = new PollExchange(bound, asked, digest.mark().token(), validators, hold);
    LinkAttempt<Answer> attempt = new LinkAttempt<>(request, time, hold.plus(patience));
    running = attempt;
    try {
      if (woken) {
        attempt.cancel();
      }
      Answer answer = attempt.run(exchange);
      last = answer.response();
      return answer;
    } finally {
      running = null;
    }
  }

  private void take(Answer answer) {
    boolean more = false;
    if (answer.says() == Says.SOMETHING) {
      String token = digest.mark().token();
      pending.addAll(digest.newsOf(answer));
      // They belong to the address, of which the token is a part.
      validators = token.equals(digest.mark().token()) ? answer.validators() : Validators.NONE;
      more = bound.poll.more() != null && isTrue(answer, bound.poll.more());
    }
    boolean news = !pending.isEmpty();
    boolean again = more || (bound.isLong && (news || answer.held()));
    long pause = pauses.after(news, answer.retryAfter());
    due = time.nanoTime() + (again ? pauses.asked(answer.retryAfter()) : pause);
  }

  private static boolean isTrue(Answer answer, String pointer) {
    return answer.json() != null && "true".equals(answer.json().text(pointer));
  }

  // The cursor of an answer without news would be lost with the link.
  @Override
  public @Nullable Position position() {
    Mark mark = digest.mark();
    if (!pending.isEmpty() || mark.equals(told) || mark.isStart()) {
      return null;
    }
    told = mark;
    return Position.of(mark.text());
  }

  /** A stream has nothing to settle: it is being closed. */
  @Override
  public void wakeup() {
    abort();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Response response = last;
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : Optional.empty();
  }

  @Override
  public void close() {
    abort();
  }

  @Override
  public void abort() {
    woken = true;
    LinkAttempt<Answer> attempt = running;
    if (attempt != null) {
      attempt.cancel();
    }
    waiter.wake();
  }
}
