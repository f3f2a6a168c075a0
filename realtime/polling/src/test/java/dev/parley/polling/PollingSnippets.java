package dev.parley.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the documentation shows. */
class PollingSnippets {
  record JobId(String id) {}

  record Job(String id, String state, int percent) {
    boolean isDone() {
      return state.equals("done") || state.equals("failed");
    }
  }

  record Order(long id, String customer) {}

  // @start region="bindings"
  /** Each change of a job, until it is done. */
  static final Operation<JobId, Job> JOB =
      Operation.of("jobs.watch", JobId.class, Job.class)
          .bind(Http.get("/jobs/{id}"))
          .bind(Poll.whole().until(Job.class, Job::isDone));

  /** Each order once; the server gives a cursor to go on from. */
  static final Operation<Void, Order> ORDERS =
      Operation.of("orders.watch", Void.class, Order.class)
          .bind(Http.get("/orders"))
          .bind(Poll.items("/orders").cursor("/next", "after").more("/has_more"));

  /** The same, asked for by the number of the last one; every 5 s, and 60 s when it is quiet. */
  static final Operation<Void, Order> ORDERS_SINCE =
      Operation.of("orders.watch", Void.class, Order.class)
          .bind(Http.get("/orders"))
          .bind(
              Poll.items("")
                  .since("/id", "since_id")
                  .every(Duration.ofSeconds(5), Duration.ofSeconds(60)));

  // @end

  @Test
  void bindings() {
    assertThat(JOB.bindings()).hasSize(2);
    assertThat(ORDERS.binding(Poll.class)).hasToString("Poll[items, CURSOR]");
    assertThat(ORDERS_SINCE.binding(Poll.class)).hasToString("Poll[items, SINCE]");
  }

  @Test
  void builder() {
    try (Parley parley = Parley.create()) {
      // @start region="builder"
      PollingChannel shop =
          PollingChannel.builder("longpoll+https://api.shop.example/v2")
              .auth(Auth.bearer(() -> "token"))
              .hold(Duration.ofSeconds(20))
              .open(parley);
      // @end
      assertThat(shop.explain()).contains("longpoll+https://api.shop.example");
    }
  }
}
