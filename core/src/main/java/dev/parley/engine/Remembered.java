package dev.parley.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** The last so many identities with a number each; guarded by its subscription. */
final class Remembered {
  private final LinkedHashMap<String, Integer> identities;

  Remembered(int max) {
    this.identities =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > max;
          }
        };
  }

  void put(String identity, int number) {
    identities.put(identity, number);
  }

  void remove(String identity) {
    identities.remove(identity);
  }

  boolean contains(String identity) {
    return identities.containsKey(identity);
  }

  int get(String identity) {
    return identities.getOrDefault(identity, 0);
  }
}
