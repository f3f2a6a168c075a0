package dev.parley.websocket;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.util.Map;
import org.glassfish.tyrus.spi.ClientContainer;
import org.glassfish.tyrus.spi.ClientEngine;

/**
 * The container of Tyrus clients that Parley makes: all sockets share at most four threads, several
 * small messages go out in one write, and a peer is held back without a thread that waits.
 *
 * <p>It is public because Tyrus makes it by its name, and of no use without Parley.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class SharedSocketContainer implements ClientContainer {
  /** For Tyrus. */
  public SharedSocketContainer() {}

  @Override
  public void openClientSocket(
      ClientEndpointConfig config, Map<String, Object> properties, ClientEngine engine)
      throws DeploymentException, IOException {
    if (!(config.getUserProperties().get(Dial.KEY) instanceof Dial dial)) {
      throw new DeploymentException(
          "this container is Parley's own: open the endpoint with WebSocketChannel, or give your"
              + " ClientManager another container");
    }
    dial.open(engine);
  }
}
