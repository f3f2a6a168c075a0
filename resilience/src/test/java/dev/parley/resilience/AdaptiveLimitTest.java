package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {
  private static final Operation<String, String> GET =
      Operation.of("get", String.class, String.class);
  private static final ParleyException THROTTLED =
      new ParleyException(Failure.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "status 429"));

  private final AdaptiveLimit limit = new AdaptiveLimit(20, 200);

  @Test
  void LIM_1_growsWhileTheLatencyStays_upToItsMost() {
    fill();
    assertThat(limit.limit()).isEqualTo(20);
    for (int i = 0; i < 1000; i++) {
      limit.observe(1_000_000, null);
      fill();
    }
    assertThat(limit.limit()).isEqualTo(200);
    assertThat(limit.describe()).isEqualTo("adaptive limit: 200 calls at once now, of 20 to 200");
  }

  @Test
  void LIM_1_fallsWhenTheLatencyRises_downToItsLeast() {
    LIM_1_growsWhileTheLatencyStays_upToItsMost();
    for (int i = 0; i < 20; i++) {
      limit.observe(4_000_000, null);
    }
    assertThat(limit.limit()).isBetween(21, 100);
    for (int i = 0; i < 60; i++) {
      limit.observe(40_000_000, null);
    }
    assertThat(limit.limit()).isEqualTo(20);
  }

  @Test
  void LIM_1_fallsByATenthForEachThrottledAttempt() {
    LIM_1_growsWhileTheLatencyStays_upToItsMost();
    limit.observe(1_000_000, THROTTLED);
    assertThat(limit.limit()).isEqualTo(180);
    for (int i = 0; i < 100; i++) {
      limit.observe(1_000_000, THROTTLED);
    }
    assertThat(limit.limit()).isEqualTo(20);
  }

  @Test
  void LIM_1_doesNotMove_whileLittleOfItIsInUse() {
    for (int i = 0; i < 1000; i++) {
      limit.observe(1_000_000, null);
    }
    assertThat(limit.limit()).isEqualTo(20);
  }

  @Test
  void LIM_1_isAStageOfThePipeline_offByDefault() {
    FakePeer peer = new FakePeer();
    peer.mood = FakePeer.Mood.SILENT;
    try (Parley parley =
        Parley.builder()
            .provider(peer)
            .workers(Runnable::run)
            .stages(Resilience4jStages.builder().adaptiveLimit(2, 10).build())
            .build()) {
      CallChannel channel = parley.open("fake://peer", CallChannel.class);
      CallOptions once = CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.maxAttempts(1));
      List<CompletableFuture<Reply<String>>> running = new ArrayList<>();
      running.add(channel.newCall(GET, "x", once).submit());
      running.add(channel.newCall(GET, "x", once).submit());

      assertThatThrownBy(() -> channel.newCall(GET, "x", once).execute())
          .isInstanceOf(OverloadedException.class)
          .hasMessageContaining("adaptive limit: 2 calls at once now, of 2 to 10");
      running.forEach(each -> each.cancel(true));
      peer.mood = FakePeer.Mood.ANSWERING;
      assertThat(channel.call(GET, "x")).isEqualTo("ok");
    }
    try (Parley parley =
        Parley.builder().provider(peer).stages(Resilience4jStages.create()).build()) {
      assertThat(parley.open("fake://peer", CallChannel.class).explain())
          .contains("admission none");
    }
  }

  @Test
  void refusesLimitsThatCannotBe() {
    assertThatThrownBy(() -> Resilience4jStages.builder().adaptiveLimit(0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the least adaptive limit must be at least 1, but is 0");
    assertThatThrownBy(() -> Resilience4jStages.builder().adaptiveLimit(20, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the most of the adaptive limit (10) must not be less than the least (20)");
  }

  private void fill() {
    while (limit.tryEnter(0) == 0) {
      // one more that runs
    }
  }
}
