package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers, payloads, positions, messages and contexts. */
class ValuesTest {
  @TempDir Path folder;

  @Test
  void headersIgnoreCase_keepOrder_andHideValues() {
    Headers headers = Headers.of("Accept", "a", "X-Key", "s3cret", "accept", "b");

    assertThat(headers.all("ACCEPT")).containsExactly("a", "b");
    assertThat(headers.first("x-key")).contains("s3cret");
    assertThat(headers.names()).containsExactly("Accept", "X-Key");
    assertThat(headers).hasToString("Headers[Accept, X-Key]");
    assertThat(headers.with("accept", "c").all("Accept")).containsExactly("c");
    assertThat(headers.without("Accept").size()).isEqualTo(1);
    assertThat(headers).isEqualTo(Headers.of("accept", "a", "x-key", "s3cret", "ACCEPT", "b"));
    assertThat(Headers.empty().plusAll(headers)).isSameAs(headers);
  }

  @Test
  void headersRefuseInjection_withoutRepeatingTheValue() {
    assertThatThrownBy(() -> Headers.of("X-Key", "a\r\nEvil: b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the value of header X-Key must not hold a line break or NUL");
    assertThatThrownBy(() -> Headers.of("X-Key"))
        .hasMessage(
            "Headers.of takes names and values in turn, but the last name is without its value");
    assertThatThrownBy(() -> Headers.of("", "v")).hasMessage("a header name must not be empty");
  }

  @Test
  void aOneShotPayloadIsReplayableUntilItWasOpened() {
    Payload payload = Payload.oneShot(new ByteArrayInputStream(new byte[] {1, 2}), "a/b");

    assertThat(payload.isReplayable()).isTrue();
    assertThat(payload.toByteArray()).containsExactly(1, 2);
    assertThat(payload.isReplayable()).isFalse();
    assertThatThrownBy(payload::openStream)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "a one-shot payload was opened twice; use Payload.stream with a supplier of streams");
  }

  @Test
  void BDY_1_aFileIsReplayableUntilItChanges() throws Exception {
    Path file = Files.writeString(folder.resolve("order.json"), "{}");
    Payload payload = Payload.file(file, "application/json");
    assertThat(payload.isReplayable()).isTrue();
    assertThat(payload.toText()).isEqualTo("{}");

    Files.writeString(file, "{\"changed\":true}");

    assertThat(payload.isReplayable()).isFalse();
  }

  @Test
  void aPositionSurvivesItsToken() {
    Position position = Position.of(Map.of("p=0", "1&2", "p 1", "ü"));

    assertThat(Position.parse(position.token())).isEqualTo(position);
    assertThat(Position.of("42").value()).contains("42");
    assertThat(Position.of("42").with("other", "7").lanes()).hasSize(2);
    assertThatThrownBy(() -> Position.parse("42"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a position token: it must be what Position.token() returned");
  }

  @Test
  void aMessageShowsNeitherBodyNorHeaderValues() {
    Message<String> message =
        Message.builder("s3cret").id("m-1").key("k").header("X-Key", "s3cret").build();

    assertThat(message.toString()).isEqualTo("Message[id=m-1, key=k, Headers[X-Key]]");
    assertThat(CallOptions.DEFAULT.idempotencyKey("s3cret").toString()).doesNotContain("s3cret");
  }

  @Test
  void aContextCarriesValues_andOnlyShortensDeadlines() throws Exception {
    dev.parley.spi.Time time = dev.parley.spi.Time.system();
    Deadline near = Deadline.after(Duration.ofSeconds(1), time);
    Deadline far = Deadline.after(Duration.ofHours(1), time);
    Context context =
        Context.empty()
            .with(Context.TRACE_PARENT, "00-1-2-01")
            .withDeadline(near)
            .withDeadline(far);

    assertThat(context.deadline()).contains(near);
    assertThat(context.<String>call(() -> Context.current().get(Context.TRACE_PARENT).orElse("")))
        .isEqualTo("00-1-2-01");
    assertThat(Context.current()).isSameAs(Context.empty());
    assertThat(context.toString()).doesNotContain("00-1-2-01");
    time.close();
  }

  @Test
  void keysAreVisibleAscii() {
    assertThatThrownBy(() -> CallOptions.DEFAULT.idempotencyKey("a b"))
        .hasMessage("idempotencyKey must be visible ASCII without spaces");
    assertThatThrownBy(() -> CallOptions.DEFAULT.idempotencyKey("x".repeat(256)))
        .hasMessage("idempotencyKey must have 1 to 255 characters, but has 256");
  }

  @Test
  void featuresSayWhoProvidesThem() {
    Features features =
        Features.of(Guarantee.AT_LEAST_ONCE, Ordering.BY_KEY, BackPressure.CREDIT)
            .with(Feature.DEAD_LETTER, Support.NATIVE);

    assertThat(features.has(Feature.DEAD_LETTER)).isTrue();
    assertThat(features.support(Feature.REPLAY)).isEqualTo(Support.ABSENT);
    assertThat(List.of(features))
        .containsExactly(
            Features.of(Guarantee.AT_LEAST_ONCE, Ordering.BY_KEY, BackPressure.CREDIT)
                .with(Feature.DEAD_LETTER, Support.NATIVE));
  }
}
