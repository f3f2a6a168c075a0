package dev.parley.engine;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Outgoing;
import dev.parley.ParleyException;
import dev.parley.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connect as interceptors see it. */
final class ConnectAttempt implements Outgoing {
  private final Shape shape;
  private final String name;
  private final String endpoint;
  private final int number;
  private final Context context;
  private final List<Consumer<@Nullable ParleyException>> endActions = new ArrayList<>();
  private Headers headers;

  ConnectAttempt(
      Shape shape, String name, String endpoint, int number, Context context, Headers headers) {
    this.shape = shape;
    this.name = name;
    this.endpoint = endpoint;
    this.number = number;
    this.context = context;
    this.headers = headers;
  }

  void end(@Nullable ParleyException failure) {
    endActions.forEach(action -> action.accept(failure));
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String endpoint() {
    return endpoint;
  }

  @Override
  public int attempt() {
    return number;
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public void headers(Headers newHeaders) {
    headers = newHeaders;
  }

  @Override
  public void onEnd(Consumer<@Nullable ParleyException> action) {
    endActions.add(action);
  }
}
