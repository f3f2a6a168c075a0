package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallOptions;
import dev.parley.ChannelClosedException;
import dev.parley.Parley;
import dev.parley.RetryPolicy;
import dev.parley.State;
import dev.parley.StreamChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every adapter's front door does, shown on the one of REST. None of these connects. */
class FrontDoorTest {
  private static final String ADDRESS = "https://api.shop.example";

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close();
  }

  @Test
  void opensTheChannelOfAnotherCapabilityOnce_andClosesItToo() {
    RestChannel api = RestChannel.builder(ADDRESS).open(parley);
    StreamChannel listings = api.streams();

    assertThat(api.streams()).isSameAs(listings);
    api.close();

    assertThat(api.state()).isEqualTo(State.CLOSED);
    assertThat(listings.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensNothingMore_onceClosed() {
    RestChannel api = RestChannel.builder(ADDRESS).open(parley);
    api.abort();

    assertThatThrownBy(api::streams)
        .isInstanceOf(ChannelClosedException.class)
        .hasMessage("RestChannel[" + ADDRESS + ", CLOSED] opens nothing more");
  }

  @Test
  void closesTheParleyThatWasMadeForIt_withWhatWasOpened() {
    RestChannel api = RestChannel.builder(ADDRESS).build();
    StreamChannel listings = api.streams();
    api.close();
    api.close();

    assertThat(listings.state()).isEqualTo(State.CLOSED);
    RestChannel aborted = RestChannel.builder(ADDRESS).build();
    aborted.abort();
    assertThatThrownBy(aborted::streams).isInstanceOf(ChannelClosedException.class);
  }

  @Test
  void changesTheOpeningInTurn() {
    RestChannel api =
        RestChannel.builder(ADDRESS)
            .opening(opening ->
                opening.callOptions(CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.maxAttempts(5))))
            .opening(opening -> opening.credential("shop"))
            .open(parley);

    assertThat(api.explain()).contains("retry ledger: Parley, on, 5 attempts");
  }

  @Test
  void refusesWrongSettingsAtOnce() {
    RestChannel api = RestChannel.builder(ADDRESS).open(parley);

    assertThatThrownBy(() -> RestChannel.builder(ADDRESS).connectTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("connectTimeout must be positive, but is PT0S");
    assertThatThrownBy(() -> api.close(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must not be negative, but is PT-1S");
  }
}
