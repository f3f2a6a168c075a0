package dev.parley.graphql;

import dev.parley.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * How an endpoint is spoken to.
 *
 * @param get whether queries go out by GET
 * @param persisted whether documents go out by their hash first
 * @param kinds what kind of failure an error's code stands for
 */
record Settings(boolean get, boolean persisted, Map<String, Kind> kinds) {
  static final Settings DEFAULT =
      new Settings(false, false, Map.of("UNAUTHENTICATED", Kind.AUTHENTICATION));

  Settings {
    kinds = Map.copyOf(kinds);
  }

  Settings get(boolean newGet) {
    return new Settings(newGet, persisted, kinds);
  }

  Settings persisted(boolean newPersisted) {
    return new Settings(get, newPersisted, kinds);
  }

  Settings kind(String code, Kind kind) {
    Map<String, Kind> copy = new HashMap<>(kinds);
    copy.put(code, kind);
    return new Settings(get, persisted, copy);
  }
}
