package dev.parley.benchmarks;

import java.util.List;
import java.util.stream.IntStream;

/** What every client sends and gets back: 1 KiB of JSON. */
record Order(String id, String customer, String address, List<Line> lines) {
  record Line(String sku, String title, int quantity, long priceInCents) {}

  /** Returns an order of 1 KiB. */
  static Order sample() {
    List<Line> lines =
        IntStream.range(0, 8)
            .mapToObj(i -> new Line("sku-000" + i, "A thing of beauty, no. " + i, i + 1, 1999 + i))
            .toList();
    String address = "c/o Miller, 4711 Long and Winding Road, House 12, Upper Floor, ";
    return new Order("0d6f1c3e-88a7-4a53-9a3c-1f5f", "customer-4711", address.repeat(3), lines);
  }
}
