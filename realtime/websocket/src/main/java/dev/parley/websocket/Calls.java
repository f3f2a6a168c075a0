package dev.parley.websocket;

import dev.parley.CallOptions;
import dev.parley.Operation;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.Exchange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls of one endpoint: those of one path and sub-protocol share a connection. */
final class Calls implements CallDriver {
  private final WebSocketDriver driver;

  // Guarded by this.
  private final Map<Where, CallSocket> sockets = new HashMap<>();
  private final List<CallSocket> all = new ArrayList<>();

  private record Where(String path, List<String> subProtocols) {}

  Calls(WebSocketDriver driver) {
    this.driver = driver;
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, Q request, CallOptions options) {
    WebSocket binding = driver.binding(operation);
    Correlation correlation = binding.correlation();
    if (correlation == null) {
      throw Failures.refused(
          "the operation "
              + operation.name()
              + " does not say how a reply tells which request it answers: bind it with"
              + " WebSocket.at(…).correlation(…), such as Correlation.jsonField(\"id\")");
    }
    return new CallExchange<>(
        this,
        driver,
        binding,
        correlation,
        Message.encode(request, operation.requestType(), driver.codecs()),
        operation.replyType());
  }

  /** Returns the connection for a binding; it may yet have to be made. */
  synchronized CallSocket socket(WebSocket binding) {
    Where where = new Where(binding.path(), binding.subProtocols());
    CallSocket known = sockets.get(where);
    if (known == null || known.isRetired()) {
      known = new CallSocket(this, driver, binding);
      sockets.put(where, known);
      all.add(known);
      known.connect();
    }
    return known;
  }

  synchronized void gone(CallSocket socket) {
    all.remove(socket);
    sockets.values().remove(socket);
  }

  void close() {
    List<CallSocket> left;
    synchronized (this) {
      left = List.copyOf(all);
    }
    left.forEach(CallSocket::close);
  }
}
