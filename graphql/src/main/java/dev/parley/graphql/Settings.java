package dev.parley.graphql;

import dev.parley.Kind;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is spoken to.
 *
 * @param get whether queries go out by GET
 * @param persisted whether documents go out by their hash first
 * @param kinds what kind of failure an error's code stands for
 * @param subscriptions how subscriptions travel
 * @param greeting makes the payload of {@code connection_init}, or null for none
 */
record Settings(
    boolean get,
    boolean persisted,
    Map<String, Kind> kinds,
    SubscriptionProtocol subscriptions,
    @Nullable Supplier<Map<String, Object>> greeting) {
  static final Settings DEFAULT =
      new Settings(
          false,
          false,
          Map.of("UNAUTHENTICATED", Kind.AUTHENTICATION),
          SubscriptionProtocol.WEB_SOCKET,
          null);

  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  Settings {
    kinds = Map.copyOf(kinds);
  }

  Settings get(boolean newGet) {
    return new Settings(newGet, persisted, kinds, subscriptions, greeting);
  }

  Settings persisted(boolean newPersisted) {
    return new Settings(get, newPersisted, kinds, subscriptions, greeting);
  }

  Settings kind(String code, Kind kind) {
    Map<String, Kind> copy = new HashMap<>(kinds);
    copy.put(code, kind);
    return new Settings(get, persisted, copy, subscriptions, greeting);
  }

  Settings subscriptions(SubscriptionProtocol newSubscriptions) {
    return new Settings(get, persisted, kinds, newSubscriptions, greeting);
  }

  Settings greeting(Supplier<Map<String, Object>> newGreeting) {
    return new Settings(get, persisted, kinds, subscriptions, newGreeting);
  }

  /** Returns the payload of {@code connection_init}, made anew, or null for none. */
  byte @Nullable [] initPayload(Codecs codecs) {
    return greeting == null
        ? null
        : codecs.codec(OBJECT, Bound.JSON).encode(greeting.get()).toByteArray();
  }
}
