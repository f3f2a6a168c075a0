package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.engine.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterceptorTest {
  private static final Operation<String, String> GET =
      Operation.of("orders.get", String.class, String.class).with(Idempotency.SAFE);

  // @start region="header"
  static final Interceptor TENANT = outgoing -> outgoing.header("X-Tenant", "acme");

  // @end

  private final ScriptedPeer peer = new ScriptedPeer();

  @Test
  void seesEachAttempt_andAddsHeaders() {
    List<String> seen = new ArrayList<>();
    peer.failOnce();
    try (Parley parley =
        Parley.builder()
            .provider(peer.provider())
            .interceptor(TENANT)
            .interceptor(outgoing -> {
              String line = outgoing.shape() + " " + outgoing.name() + " " + outgoing.attempt();
              outgoing.onEnd(e -> seen.add(line + " " + (e == null ? "ok" : e.kind())));
            })
            .build()) {
      parley.open("scripted://peer", CallChannel.class).call(GET, "q");
    }

    assertThat(seen).containsExactly("CALL orders.get 1 TRANSIENT", "CALL orders.get 2 ok");
    assertThat(peer.headers()).extracting(headers -> headers.first("x-tenant")).hasSize(2);
    assertThat(peer.headers()).allMatch(headers -> headers.all("X-Tenant").equals(List.of("acme")));
  }

  @Test
  void outermostSeesACallOnce_andItsHeadersStay() {
    List<Integer> seen = new ArrayList<>();
    peer.failOnce();
    try (Parley parley =
        Parley.builder()
            .provider(peer.provider())
            .outermost(TENANT)
            .outermost(outgoing -> seen.add(outgoing.attempt()))
            .build()) {
      parley.open("scripted://peer", CallChannel.class).call(GET, "q");
    }

    assertThat(seen).containsExactly(1);
    assertThat(peer.headers()).hasSize(2).allMatch(headers -> headers.contains("X-Tenant"));
  }

  @Test
  void refusesWithoutSending() {
    ParleyException veto =
        new ParleyException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, "not on Sundays"));
    try (Parley parley =
        Parley.builder()
            .provider(peer.provider())
            .interceptor(outgoing -> {
              throw veto;
            })
            .build()) {
      CallChannel channel = parley.open("scripted://peer", CallChannel.class);

      assertThatThrownBy(() -> channel.call(GET, "q"))
          .isSameAs(veto)
          .hasMessageContaining("not on Sundays (effect NOT_SENT");
    }
    assertThat(peer.headers()).isEmpty();
  }

  @Test
  void onePartOfOneChannelRunsInsideThoseOfTheParley() {
    List<String> order = new ArrayList<>();
    try (Parley parley =
        Parley.builder()
            .provider(peer.provider())
            .interceptor(outgoing -> order.add("parley"))
            .build()) {
      parley
          .at("scripted://peer")
          .interceptor(outgoing -> order.add("channel"))
          .open(CallChannel.class)
          .call(GET, "q");
    }

    assertThat(order).containsExactly("parley", "channel");
  }
}
