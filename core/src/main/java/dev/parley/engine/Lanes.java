package dev.parley.engine;

import dev.parley.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A position that moves with each message, without making one for each. Guarded by its
 * subscription.
 */
final class Lanes {
  private final Map<String, String> values = new HashMap<>();

  Lanes(@Nullable Position start) {
    if (start != null) {
      move(start);
    }
  }

  void move(String lane, String value) {
    values.put(lane, value);
  }

  void move(Position to) {
    values.putAll(to.lanes());
  }

  /** Returns where it is now; null if that is nowhere yet. */
  @Nullable Position position() {
    return values.isEmpty() ? null : Position.of(values);
  }
}
