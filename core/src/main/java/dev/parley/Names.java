package dev.parley;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@link Operation} and {@link Topic} share. */
final class Names {
  private Names() {}

  static String check(String name, String what) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new IllegalArgumentException("the name of " + what + " must not be blank");
    }
    return name;
  }

  static List<Binding> replaceByClass(List<Binding> bindings, Binding added) {
    List<Binding> replaced = new ArrayList<>(bindings);
    replaced.removeIf(binding -> binding.getClass() == added.getClass());
    replaced.add(added);
    return List.copyOf(replaced);
  }

  // Called for each call: indexed, so that no iterator is made.
  static <B extends Binding> @Nullable B firstOfClass(List<Binding> bindings, Class<B> kind) {
    for (int i = 0; i < bindings.size(); i++) {
      Binding binding = bindings.get(i);
      if (kind.isInstance(binding)) {
        return kind.cast(binding);
      }
    }
    return null;
  }
}
