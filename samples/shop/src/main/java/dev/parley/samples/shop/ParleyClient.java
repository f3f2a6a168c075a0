package dev.parley.samples.shop;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Outcome;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.http.Http;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The client that this is about: Parley, told that the shop honours idempotency keys.
 *
 * <p>Each call makes up to five attempts, as the naive client does, all with one key. A call that
 * fails nevertheless (the shop is down for longer than that) is put aside for half a second and
 * made again with the key that its exception carries: to the shop it is still the same order. After
 * a minute the client gives up.
 */
final class ParleyClient implements OrderClient {
  private static final Operation<NewOrder, Order> PLACE =
      Operation.of("orders.place", NewOrder.class, Order.class)
          .with(Idempotency.KEYED)
          .bind(Http.post("/orders"));

  private static final int ATTEMPTS = 5;
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Parley parley;
  private final CallChannel shop;
  private final CallOptions options;
  private final Consumer<Trouble> onRetry;

  /**
   * Creates a client.
   *
   * @param shop the root of the shop's interface
   * @param timeout of each attempt
   * @param onRetry is told what made it try again
   */
  ParleyClient(URI shop, Duration timeout, Consumer<Trouble> onRetry) {
    this.onRetry = onRetry;
    this.options =
        CallOptions.DEFAULT
            .deadline(DEADLINE)
            .attemptTimeout(timeout)
            .retry(RetryPolicy.DEFAULT.maxAttempts(ATTEMPTS));
    this.parley = Parley.builder().observer(new RetryReasons(onRetry)).build();
    this.shop = parley.open(shop.toString(), CallChannel.class);
  }

  @Override
  public String name() {
    return "Parley";
  }

  @Override
  public Answer place(NewOrder order) throws InterruptedException {
    CallOptions current = options;
    boolean mayBePlaced = false;
    int attempts = 0;
    long start = System.nanoTime();
    while (true) {
      try {
        Reply<Order> reply = shop.newCall(PLACE, order, current).execute();
        return Answer.placed(reply.body(), attempts + reply.attempts());
      } catch (ParleyException e) {
        attempts += e.outcome().map(Outcome::attempts).orElse(0);
        mayBePlaced |= e.attempts().stream().anyMatch(ParleyClient::mayHavePlaced);
        Optional<String> key = e.idempotencyKey();
        if (!mayPass(e) || key.isEmpty() || System.nanoTime() - start > PATIENCE.toNanos()) {
          return Answer.without(mayBePlaced ? Answer.Told.UNKNOWN : Answer.Told.FAILED, attempts);
        }
        current = options.idempotencyKey(key.get());
        onRetry.accept(Trouble.of(e));
        TimeUnit.NANOSECONDS.sleep(e.retryAfter().orElse(PAUSE).toNanos());
      }
    }
  }

  /** A shop that has answered no, for good, has placed nothing. */
  private static boolean mayHavePlaced(ParleyException attempt) {
    return attempt.effect() == Effect.POSSIBLE && attempt.kind() != Kind.PERMANENT;
  }

  private static boolean mayPass(ParleyException failure) {
    return switch (failure.kind()) {
      case TRANSIENT, THROTTLED, PROTOCOL -> true;
      case AUTHENTICATION, PERMANENT, CANCELLED, LOCAL -> false;
    };
  }

  @Override
  public void close() {
    parley.close();
  }
}
