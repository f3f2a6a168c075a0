package dev.parley;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An attempt before it goes out, as an {@link Interceptor} sees it.
 *
 * <p><b>Threads:</b> use it only during {@link Interceptor#intercept}.
 */
public interface Outgoing {
  /** Returns which capability it belongs to. */
  Shape shape();

  /** Returns the name of the operation or topic. */
  String name();

  /** Returns the peer as scheme and authority. */
  String endpoint();

  /** Returns the number of the attempt, 1 for the first. */
  int attempt();

  /** Returns the context of the caller. */
  Context context();

  /** Returns the headers that go out. */
  Headers headers();

  /** Replaces the headers that go out. */
  void headers(Headers headers);

  /** Sets one header, in place of others of its name. */
  default void header(String name, String value) {
    headers(headers().with(name, value));
  }

  /** Registers what is run at its end, with the failure or null for success, once. */
  void onEnd(Consumer<@Nullable ParleyException> action);
}
