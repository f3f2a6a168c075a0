package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Headers;
import dev.parley.RetryMode;
import dev.parley.store.Added;
import dev.parley.store.Claim;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.DeadMessage;
import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;
import dev.parley.store.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store must do: the state machine of {@link IdempotencyStore} and that of {@link
 * MessageStore}. Extend it in the store's tests.
 */
public abstract class StoreConformance {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration DAY = Duration.ofDays(1);
  private static final byte[] ANSWER = {1, 2, 3};

  private final ManualClock clock = new ManualClock();
  private @Nullable StoreHarness harness;

  /** For subclasses. */
  protected StoreConformance() {}

  /** Opens an empty store on this clock, which decides when leases end. */
  protected abstract StoreHarness harness(InstantSource clock) throws Exception;

  @BeforeEach
  final void open() throws Exception {
    harness = harness(clock);
  }

  @AfterEach
  final void close() {
    harness().close();
  }

  // ---------------------------------------------------------------- keys

  @Test
  final void INB_1_claimsWhatIsNew() {
    Claim.New first = claimNew("a");
    Claim.New other = claimNew("b");

    assertThat(first.attempt()).isEqualTo(1);
    assertThat(other.attempt()).isEqualTo(1);
  }

  @Test
  final void INB_1_givesWhatWasDoneItsResult() {
    Claim.New mine = claimNew("a");
    assertThat(keys().complete("a", mine.fence(), ANSWER, DAY)).isTrue();

    assertThat(claim("a"))
        .isInstanceOfSatisfying(
            Claim.Done.class, done -> assertThat(done.result()).isEqualTo(ANSWER));
  }

  @Test
  final void INB_1_refusesWhileItIsInProgress() {
    claimNew("a");
    Instant end = clock.instant().plus(LEASE);
    clock.advance(LEASE.minusSeconds(1));

    assertThat(claim("a")).isEqualTo(new Claim.InProgress(end));
  }

  @Test
  final void INB_1_claimsAgainWhatWasReleased() {
    Claim.New first = claimNew("a");
    assertThat(keys().release("a", first.fence())).isTrue();
    Claim.New second = claimNew("a");

    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThat(keys().release("a", first.fence())).isFalse();
  }

  @Test
  final void INB_1_claimsAgainAfterACrash() {
    Claim.New first = claimNew("a");
    clock.advance(LEASE);
    Claim.New second = claimNew("a");

    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThat(second.attempt()).isEqualTo(2);
  }

  @Test
  final void INB_1_refusesAnOwnerThatWasTooLate() {
    Claim.New first = claimNew("a");
    clock.advance(LEASE);
    Claim.New second = claimNew("a");

    assertThat(keys().renew("a", first.fence(), LEASE)).isFalse();
    assertThat(keys().complete("a", first.fence(), new byte[] {9}, DAY)).isFalse();
    assertThat(keys().release("a", first.fence())).isFalse();
    assertThat(keys().complete("a", second.fence(), ANSWER, DAY)).isTrue();
    assertThat(((Claim.Done) claim("a")).result()).isEqualTo(ANSWER);
  }

  @Test
  final void INB_1_renews() {
    Claim.New mine = claimNew("a");
    clock.advance(LEASE.minusSeconds(1));
    assertThat(keys().renew("a", mine.fence(), LEASE)).isTrue();
    clock.advance(LEASE.minusSeconds(1));

    assertThat(claim("a")).isInstanceOf(Claim.InProgress.class);
    clock.advance(Duration.ofSeconds(1));
    assertThat(keys().renew("a", mine.fence(), LEASE)).as("a lease that has ended").isFalse();
  }

  @Test
  final void INB_1_tellsAnotherThingUnderTheSameKey() {
    Claim.New mine = claimNew("a");
    assertThat(keys().claim("a", "another", LEASE)).isEqualTo(new Claim.Mismatch());
    keys().complete("a", mine.fence(), ANSWER, DAY);

    assertThat(keys().claim("a", "another", LEASE)).isEqualTo(new Claim.Mismatch());
  }

  @Test
  final void INB_2_forgetsWhenItsTimeIsOver() {
    Claim.New mine = claimNew("a");
    keys().complete("a", mine.fence(), ANSWER, DAY);
    clock.advance(DAY.minusSeconds(1));
    assertThat(claim("a")).isInstanceOf(Claim.Done.class);
    clock.advance(Duration.ofSeconds(1));

    assertThat(keys().claim("a", "another", LEASE)).isInstanceOf(Claim.New.class);
  }

  @Test
  final void INB_1_givesAKeyToOneOfManyWhoAskAtOnce() throws Exception {
    for (int round = 0; round < 20; round++) {
      String key = "key " + round;
      List<Claim> claims =
          atOnce(
              8, i -> (i % 2 == 0 ? keys() : harness().keysElsewhere()).claim(key, "same", LEASE));

      assertThat(claims).filteredOn(Claim.New.class::isInstance).as(key).hasSize(1);
      assertThat(claims).filteredOn(Claim.InProgress.class::isInstance).as(key).hasSize(7);
    }
  }

  // ---------------------------------------------------------------- messages

  @Test
  final void STO_handsOutWhatWasStored() {
    StoredMessage message =
        StoredMessage.of("id \u00e9", "orders", new byte[] {0, -1, 7}, "application/json")
            .key("key")
            .fingerprint("print")
            .headers(Headers.of("A", "1", "a", "2 = \u20ac", "B", ""));
    assertThat(messages().add("queue", message)).isEqualTo(Added.STORED);
    messages().add("queue", StoredMessage.of("bare", "orders", new byte[0], null));
    List<Claimed> claimed = claim("me", 10);

    assertThat(claimed).hasSize(2);
    StoredMessage again = claimed.get(0).message();
    assertThat(again.id()).isEqualTo(message.id());
    assertThat(again.key()).isEqualTo("key");
    assertThat(again.topic()).isEqualTo("orders");
    assertThat(again.contentType()).isEqualTo("application/json");
    assertThat(again.body()).isEqualTo(message.body());
    assertThat(again.fingerprint()).isEqualTo("print");
    assertThat(again.headers()).isEqualTo(message.headers());
    assertThat(claimed.get(0).attempt()).isEqualTo(1);
    assertThat(claimed.get(0).storedAt()).isEqualTo(clock.instant());
    StoredMessage bare = claimed.get(1).message();
    assertThat(bare.key()).isNull();
    assertThat(bare.contentType()).isNull();
    assertThat(bare.headers().isEmpty()).isTrue();
    assertThat(bare.body()).isEmpty();
  }

  @Test
  final void INB_4_storesOnceForEachId() {
    assertThat(add("a", null)).isEqualTo(Added.STORED);
    assertThat(add("a", null)).isEqualTo(Added.DUPLICATE);
    assertThat(messages().add("queue", message("a", null).fingerprint("another")))
        .isEqualTo(Added.MISMATCH);
    assertThat(messages().add("other queue", message("a", null))).isEqualTo(Added.STORED);

    assertThat(claim("me", 10)).hasSize(1);
  }

  @Test
  final void INB_2_knowsARepetitionForAsLongAsAsked() {
    add("a", null);
    messages().complete(claim("me", 1), DAY);
    clock.advance(DAY.minusSeconds(1));
    messages().purge("queue");
    assertThat(add("a", null)).isEqualTo(Added.DUPLICATE);
    assertThat(claim("me", 1)).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    assertThat(messages().purge("queue")).isEqualTo(1);
    assertThat(add("a", null)).isEqualTo(Added.STORED);
  }

  @Test
  final void INB_2_forgetsAtOnceIfAsked() {
    add("a", null);
    messages().complete(claim("me", 1), Duration.ZERO);

    assertThat(add("a", null)).isEqualTo(Added.STORED);
  }

  @Test
  final void STO_claimsInOrderAndNoMoreThanAsked() {
    addAll(5);

    assertThat(ids(claim("me", 2))).containsExactly("m0", "m1");
    assertThat(ids(claim("you", 10))).containsExactly("m2", "m3", "m4");
    assertThat(claim("me", 10)).isEmpty();
    assertThat(messages().open("queue")).isEqualTo(5);
  }

  @Test
  final void LEASE_handsOutAgainWhenItHasEnded() {
    add("a", null);
    List<Claimed> late = claim("me", 1);
    clock.advance(LEASE.minusSeconds(1));
    assertThat(claim("you", 1)).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    List<Claimed> again = claim("you", 1);

    assertThat(again.get(0).attempt()).isEqualTo(2);
    assertThat(again.get(0).fence()).isGreaterThan(late.get(0).fence());
    assertThat(messages().renew(late, LEASE)).isZero();
    assertThat(messages().complete(late, DAY)).isZero();
    assertThat(messages().retry(late, Duration.ZERO)).isZero();
    assertThat(messages().reject(late, "too late", DAY)).isZero();
    assertThat(messages().complete(again, DAY)).isEqualTo(1);
    assertThat(messages().open("queue")).isZero();
  }

  @Test
  final void LEASE_isRenewed() {
    addAll(2);
    List<Claimed> mine = claim("me", 2);
    clock.advance(LEASE.minusSeconds(1));
    assertThat(messages().renew(mine, LEASE)).isEqualTo(2);
    clock.advance(LEASE.minusSeconds(1));

    assertThat(claim("you", 2)).isEmpty();
  }

  @Test
  final void LEASE_givesBackWhatAnOwnerHasThatIsGone() {
    addAll(3);
    List<Claimed> mine = claim("me", 2);
    claim("you", 1);
    assertThat(messages().abandon("queue", "me")).isEqualTo(2);
    assertThat(messages().abandon("queue", "me")).isZero();

    assertThat(messages().complete(mine, DAY)).isZero();
    assertThat(ids(claim("you", 10))).containsExactly("m0", "m1");
  }

  @Test
  final void RTY_handsOutAgainNotBeforeTheTimeAskedFor() {
    add("a", null);
    assertThat(messages().retry(claim("me", 1), Duration.ofSeconds(5))).isEqualTo(1);
    clock.advance(Duration.ofSeconds(4));
    assertThat(claim("me", 1)).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    assertThat(claim("me", 1)).singleElement().extracting(Claimed::attempt).isEqualTo(2);
  }

  @Test
  final void DLQ_2_keepsWhatWasRejected() {
    addAll(3);
    List<Claimed> claimed = claim("me", 3);
    assertThat(messages().reject(claimed.subList(0, 2), "x".repeat(2000), DAY)).isEqualTo(2);
    List<DeadMessage> dead = messages().dead("queue", 0, 10);

    assertThat(dead).extracting(each -> each.message().id()).containsExactly("m0", "m1");
    assertThat(dead.get(0).reason()).isEqualTo("x".repeat(1000));
    assertThat(dead.get(0).attempts()).isEqualTo(1);
    assertThat(dead.get(0).diedAt()).isEqualTo(clock.instant());
    assertThat(messages().dead("queue", 0, 1)).hasSize(1);
    assertThat(messages().dead("queue", dead.get(0).number(), 10)).hasSize(1);
    assertThat(messages().open("queue")).isEqualTo(1);
    assertThat(add("m0", null)).isEqualTo(Added.DUPLICATE);
    clock.advance(DAY);
    assertThat(messages().purge("queue")).isEqualTo(2);
    assertThat(messages().dead("queue", 0, 10)).isEmpty();
  }

  @Test
  final void DLQ_4_redrivesUnderTheSameId() {
    addAll(2);
    messages().reject(claim("me", 2), "no", DAY);
    long first = messages().dead("queue", 0, 1).get(0).number();
    assertThat(messages().redrive("queue", List.of(first, first, 999_999L))).isEqualTo(1);
    assertThat(messages().redrive("queue", List.of(first))).isZero();

    assertThat(claim("me", 10))
        .singleElement()
        .satisfies(each -> assertThat(each.message().id()).isEqualTo("m0"))
        .satisfies(each -> assertThat(each.attempt()).isEqualTo(1));
    assertThat(messages().dead("queue", 0, 10)).hasSize(1);
  }

  // ---------------------------------------------------------------- order

  @Test
  final void ORD_1_givesAKeyToOneOwnerAtATime() {
    for (int i = 0; i < 3; i++) {
      add("k" + i, "key");
    }
    add("other", "another key");
    List<Claimed> mine = claim("me", 1);
    assertThat(ids(mine)).containsExactly("k0");
    assertThat(ids(claim("you", 10))).containsExactly("other");
    assertThat(ids(claim("me", 10))).containsExactly("k1", "k2");
    messages().complete(mine, DAY);

    assertThat(claim("you", 10)).isEmpty();
  }

  @Test
  final void ORD_1_givesAllOfAKeyTogether() {
    for (int i = 0; i < 50; i++) {
      add("k" + i, "key");
    }
    assertThat(ids(claim("me", 20)))
        .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "k" + i).toList());
  }

  @Test
  final void ORD_1_waitsForARetryOfTheSameKey() {
    add("k0", "key");
    List<Claimed> first = claim("me", 10);
    add("k1", "key");
    messages().retry(first, Duration.ofSeconds(5));

    assertThat(claim("me", 10)).isEmpty();
    clock.advance(Duration.ofSeconds(5));
    assertThat(ids(claim("me", 10))).containsExactly("k0", "k1");
  }

  @Test
  final void ORD_1_overtakesARetryIfAsked() {
    add("k0", "key");
    List<Claimed> first = claim("me", 10);
    add("k1", "key");
    messages().retry(first, Duration.ofSeconds(5));

    assertThat(ids(claim("me", 10, RetryMode.DELAYED_UNORDERED))).containsExactly("k1");
  }

  @Test
  final void ORD_1_goesOnBehindADeadLetter() {
    add("k0", "key");
    add("k1", "key");
    messages().reject(claim("me", 1), "no", DAY);

    assertThat(ids(claim("you", 10))).containsExactly("k1");
  }

  @Test
  final void ORD_1_givesAKeyOnAfterACrash() {
    add("k0", "key");
    add("k1", "key");
    claim("me", 10);
    clock.advance(LEASE);

    assertThat(ids(claim("you", 10))).containsExactly("k0", "k1");
  }

  @Test
  final void STO_marks() {
    assertThat(messages().mark("queue")).isEmpty();
    messages().mark("queue", "one");
    messages().mark("queue", "two");
    messages().mark("another", "three");

    assertThat(messages().mark("queue")).contains("two");
  }

  // ---------------------------------------------------------------- several at once

  @Test
  final void INB_4_storesOneOfManyThatComeAtOnce() throws Exception {
    for (int round = 0; round < 20; round++) {
      String id = "id " + round;
      List<Added> added =
          atOnce(
              8,
              i ->
                  (i % 2 == 0 ? messages() : harness().messagesElsewhere())
                      .add("queue", message(id, null)));

      assertThat(added).filteredOn(each -> each == Added.STORED).as(id).hasSize(1);
      assertThat(added).filteredOn(each -> each == Added.DUPLICATE).as(id).hasSize(7);
    }
  }

  @Test
  final void GRT_1_handsOutEachOnceAndInOrderToManyOwners() throws Exception {
    int count = 300;
    for (int i = 0; i < count; i++) {
      add("m" + i, i % 3 == 0 ? null : "key " + i % 7);
    }
    List<Claimed> seen = Collections.synchronizedList(new ArrayList<>());
    atOnce(
        6,
        i -> {
          MessageStore store = i % 2 == 0 ? messages() : harness().messagesElsewhere();
          String owner = "owner " + i;
          while (store.open("queue") > 0) {
            List<Claimed> batch = store.claim(request(owner, 1 + i, RetryMode.BLOCKING_IN_ORDER));
            seen.addAll(batch);
            if (store.complete(batch, DAY) != batch.size()) {
              throw new AssertionError("lost a lease that has not ended");
            }
          }
          return 0;
        });

    assertThat(ids(seen)).doesNotHaveDuplicates().hasSize(count);
    Map<String, List<Long>> byKey = new HashMap<>();
    for (Claimed each : seen) {
      String key = each.message().key();
      if (key != null) {
        byKey.computeIfAbsent(key, unused -> new ArrayList<>()).add(each.number());
      }
    }
    byKey.forEach((key, numbers) -> assertThat(numbers).as(key).isSorted());
    Set<Long> numbers = new TreeSet<>(seen.stream().map(Claimed::number).toList());
    assertThat(numbers).hasSize(count);
  }

  // ---------------------------------------------------------------- helpers

  private StoreHarness harness() {
    return Objects.requireNonNull(harness, "harness");
  }

  private MessageStore messages() {
    return harness().messages();
  }

  private IdempotencyStore keys() {
    return harness().keys();
  }

  private Claim claim(String key) {
    return keys().claim(key, "same", LEASE);
  }

  private Claim.New claimNew(String key) {
    Claim claim = claim(key);
    assertThat(claim).isInstanceOf(Claim.New.class);
    return (Claim.New) claim;
  }

  private List<Claimed> claim(String owner, int max) {
    return claim(owner, max, RetryMode.BLOCKING_IN_ORDER);
  }

  private List<Claimed> claim(String owner, int max, RetryMode mode) {
    return messages().claim(request(owner, max, mode));
  }

  private static ClaimRequest request(String owner, int max, RetryMode mode) {
    return new ClaimRequest("queue", owner, max, LEASE, mode);
  }

  private void addAll(int count) {
    for (int i = 0; i < count; i++) {
      add("m" + i, null);
    }
  }

  private Added add(String id, @Nullable String key) {
    return messages().add("queue", message(id, key));
  }

  private static StoredMessage message(String id, @Nullable String key) {
    byte[] body = ("body of " + id).getBytes(StandardCharsets.UTF_8);
    return StoredMessage.of(id, "topic", body, "text/plain").key(key).fingerprint("same");
  }

  private static List<String> ids(List<Claimed> claimed) {
    return claimed.stream().map(each -> each.message().id()).toList();
  }

  /** Runs some at the same moment, each on a thread of its own, and returns their results. */
  private static <R> List<R> atOnce(int count, Work<R> work) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(count);
    List<CompletableFuture<R>> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Callable<R> task =
          () -> {
            barrier.await();
            return work.run(number);
          };
      CompletableFuture<R> future = new CompletableFuture<>();
      new Thread(
              () -> {
                try {
                  future.complete(task.call());
                } catch (Throwable e) {
                  future.completeExceptionally(e);
                }
              },
              "conformance-" + i)
          .start();
      futures.add(future);
    }
    List<R> results = new ArrayList<>();
    for (CompletableFuture<R> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  /** Runs the number-th of some. */
  private interface Work<R> {
    R run(int number) throws Exception;
  }

  /** Stands still until it is moved. */
  private static final class ManualClock implements InstantSource {
    private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
