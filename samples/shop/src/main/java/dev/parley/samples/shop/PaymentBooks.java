package dev.parley.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was booked. It does not look for repetitions: that is what is shown.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class PaymentBooks {
  private final Map<String, List<Long>> booked = new ConcurrentHashMap<>();
  private final LongAdder calls = new LongAdder();

  /** Books a payment; every seventh call fails before it has done anything, as databases do. */
  void book(PaymentEvent.Payment payment) {
    calls.increment();
    if (calls.sum() % 7 == 0) {
      throw new IllegalStateException("the books are locked");
    }
    booked.compute(
        payment.id(),
        (id, known) -> {
          List<Long> more = known == null ? new ArrayList<>() : new ArrayList<>(known);
          more.add(payment.amount());
          return more;
        });
  }

  /** Returns the amounts that were booked for a payment. */
  List<Long> of(String payment) {
    return booked.getOrDefault(payment, List.of());
  }

  /** Returns how many rows there are. */
  long rows() {
    return booked.values().stream().mapToLong(List::size).sum();
  }
}
