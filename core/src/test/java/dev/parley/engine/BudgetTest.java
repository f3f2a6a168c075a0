package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Reply;
import dev.parley.RetryBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final Operation<String, String> SAFE =
      Operation.of("orders.get", String.class, String.class).with(Idempotency.SAFE);

  private final ManualTime time = new ManualTime();
  private final ScriptedCalls peer = new ScriptedCalls();
  private final Parley parley =
      Parley.builder().provider(peer).time(time).workers(Runnable::run).seed(4).build();
  private final CallChannel channel = parley.open("scripted://peer", CallChannel.class);

  @AfterEach
  void close() {
    parley.close();
  }

  @Test
  void BUD_4_anOutageIsNotAnsweredWithThreeTimesTheLoad() {
    peer.otherwise = ScriptedCalls.failSent(Kind.TRANSIENT);
    List<CompletableFuture<Reply<String>>> calls = new ArrayList<>();
    for (int i = 0; i < 60 * 100; i++) {
      calls.add(channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit());
      time.advance(Duration.ofMillis(10));
    }
    time.advance(Duration.ofMinutes(1));

    assertThat(calls).allMatch(CompletableFuture::isCompletedExceptionally);
    System.out.println("BUD-4: 6000 calls in an outage made " + peer.attempts.size() + " attempts");
    // 6000 + 500/14 + one refill of a retry for each 10 s
    assertThat(peer.attempts).hasSizeBetween(6000 + 35, 6041);
  }

  @Test
  void BUD_4_fourteenFirstTrySuccessesBuyOneMoreRetry() {
    TokenBucket bucket = new TokenBucket(RetryBudget.DEFAULT, time);
    int retries = 0;
    while (bucket.take(bucket.costAfter(Kind.TRANSIENT))) {
      retries++;
    }
    assertThat(retries).isEqualTo(35);

    int left = bucket.tokens();
    for (int i = left; i < 13; i++) {
      bucket.give(1);
    }
    assertThat(bucket.take(14)).isFalse();
    bucket.give(1);
    assertThat(bucket.take(14)).isTrue();
  }

  @Test
  void BUD_1_channelsToOneTargetShareABudget_thoseWithAnotherCredentialDoNot() {
    peer.otherwise = ScriptedCalls.failSent(Kind.TRANSIENT);
    CallChannel twin = parley.open("scripted://peer", CallChannel.class);
    CallChannel other = parley.at("scripted://peer").credential("tenant-2").open(CallChannel.class);
    for (int i = 0; i < 20; i++) {
      channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
      time.advance(Duration.ofMillis(200));
    }

    assertThat(twin.explain()).contains("retry budget " + budgetIn(channel) + " tokens");
    assertThat(budgetIn(channel)).isLessThan(50);
    assertThat(other.explain()).contains("retry budget 500 tokens");
  }

  @Test
  void BUD_1_aSuccessAfterRetriesReturnsWhatTheLastRetryCost() {
    peer.then(ScriptedCalls.failSent(Kind.TRANSIENT), ScriptedCalls.answer("ok"));
    channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    assertThat(budgetIn(channel)).isEqualTo(486);

    time.advanceToNext();

    assertThat(budgetIn(channel)).isEqualTo(500);
  }

  private static int budgetIn(CallChannel channel) {
    return channel
        .explain()
        .lines()
        .filter(line -> line.startsWith("retry budget "))
        .mapToInt(line -> Integer.parseInt(line.split(" ")[2]))
        .findFirst()
        .orElseThrow();
  }
}
