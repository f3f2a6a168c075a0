package dev.parley.ladder;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.ladder.RealLadderTest.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A process that follows orders, and stores for each first its effect and then its position. */
final class Follower {
  private Follower() {}

  static Path effects(Path folder) {
    return folder.resolve("effects");
  }

  private static Path position(Path folder) {
    return folder.resolve("position");
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    StreamOptions options = StreamOptions.DEFAULT;
    if (Files.exists(position(folder))) {
      options = options.from(Position.parse(Files.readString(position(folder))));
    }
    try (Parley parley = Parley.create();
        Subscription<Message<Order>> orders =
            parley.open(arguments[0], StreamChannel.class).stream(
                RealLadderTest.ORDERS, null, options)) {
      for (Message<Order> order : orders) {
        Files.writeString(
            effects(folder),
            order.body().id() + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        Path next = folder.resolve("next");
        Files.writeString(next, orders.position().orElseThrow().token());
        Files.move(next, position(folder), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }
}
