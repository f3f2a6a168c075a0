package dev.parley.store.jdbc;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.TransportException;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.MessageStore;
import dev.parley.testkit.conformance.Trouble;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fails for each consumer once when it is cut: a pool of connections may hide a cut from some, and
 * a store in this program has no network.
 */
final class FaultyStore {
  private final MessageStore store;
  private final MessageStore faulty;
  private final Set<String> owners = new HashSet<>();
  private final Set<String> cut = new HashSet<>();
  private final Map<Long, String> holders = new HashMap<>();
  private boolean refuses;
  private boolean losesReply;

  FaultyStore(MessageStore store) {
    this.store = store;
    this.faulty =
        (MessageStore)
            Proxy.newProxyInstance(
                FaultyStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) ->
                    arguments == null ? method.invoke(store) : call(method, arguments));
  }

  MessageStore faulty() {
    return faulty;
  }

  synchronized void cause(Trouble trouble) {
    switch (trouble) {
      case REFUSE -> refuses = true;
      case CUT -> cut.addAll(owners);
      default -> losesReply = true;
    }
  }

  synchronized void heal() {
    refuses = false;
    losesReply = false;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    boolean lose;
    synchronized (this) {
      String owner = owner(arguments);
      owners.add(owner);
      if (refuses || cut.remove(owner)) {
        throw failure();
      }
      lose = losesReply;
      losesReply = false;
    }
    Object result;
    try {
      result = method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (lose) {
      throw failure();
    }
    if (arguments[0] instanceof ClaimRequest request) {
      hold((List<?>) result, request.owner());
    }
    return result;
  }

  private synchronized void hold(List<?> claimed, String owner) {
    claimed.forEach(each -> holders.put(((Claimed) each).number(), owner));
  }

  /** Who has what is claimed also settles and renews it: one with full hands claims nothing. */
  private String owner(Object[] arguments) {
    if (arguments[0] instanceof ClaimRequest request) {
      return request.owner();
    }
    return arguments[0] instanceof Collection<?> claimed
            && !claimed.isEmpty()
            && claimed.iterator().next() instanceof Claimed first
        ? holders.getOrDefault(first.number(), "")
        : "";
  }

  private static TransportException failure() {
    return new TransportException(
        Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "cut, as the test asked"));
  }
}
