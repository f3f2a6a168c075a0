package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.ChannelClosedException;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A channel that closes, in virtual time. */
class ClosingTest {
  private static final Operation<String, String> GET =
      Operation.of("orders.get", String.class, String.class).with(Idempotency.SAFE);

  private final ManualTime time = new ManualTime();
  private final ScriptedCalls peer = new ScriptedCalls();
  private final Parley parley =
      Parley.builder().provider(peer).time(time).workers(Runnable::run).seed(1).build();
  private final CallChannel channel = parley.open("scripted://peer", CallChannel.class);

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
  }

  @Test
  void CLS_1_letsNothingInOnceItIsSeenToClose() {
    assertRefusesFromWithin(Channel::close);
  }

  @Test
  void CLS_1_letsNothingInOnceItIsSeenToAbort() {
    assertRefusesFromWithin(Channel::abort);
  }

  private void assertRefusesFromWithin(Consumer<Channel> end) {
    List<Throwable> late = new ArrayList<>();
    channel.onStateChange(change -> {
      if (change.to() == State.CLOSING) {
        late.add(catchThrowable(() -> channel.call(GET, "tea")));
      }
    });

    end.accept(channel);

    assertThat(late).singleElement().isInstanceOf(ChannelClosedException.class);
    assertThat(peer.attempts).isEmpty();
  }
}
