package dev.parley.webhooks;

import dev.parley.store.MessageStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A store that tells for how long it was asked to keep what shall be tried again. */
final class WatchedStore {
  final BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();
  final MessageStore store;

  WatchedStore(MessageStore watched) {
    this.store =
        (MessageStore)
            Proxy.newProxyInstance(
                WatchedStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> {
                  try {
                    Object result = method.invoke(watched, arguments);
                    if (method.getName().equals("retry")) {
                      waits.add((Duration) arguments[1]);
                    }
                    return result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }
}
