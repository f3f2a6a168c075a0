package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.SocketConfigurator;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One native connection, from its dial to its end; also a dial can be ended at any time. */
final class Wire {
  private static final int GOODBYE_MILLIS = 1_000;
  private static final long PATIENCE_NANOS = 1_500_000_000L;

  private final ConnectionFactory factory;
  private final RabbitMqSettings settings;
  private final Time time;
  private @Nullable Socket socket; // guarded by this
  private boolean aborted; // guarded by this
  private volatile @Nullable Connection connection;

  Wire(ConnectionFactory factory, RabbitMqSettings settings, Time time) {
    this.factory = factory.clone();
    this.settings = settings;
    this.time = time;
  }

  /** Connects; blocks until that is done, or {@link #abort} ends it. */
  Connection open() throws IOException, TimeoutException {
    SocketConfigurator given = factory.getSocketConfigurator();
    factory.setSocketConfigurator(made -> {
      given.configure(made);
      dialing(made);
    });
    Credentials credentials = settings.credentials.get();
    factory.setUsername(credentials.username());
    factory.setPassword(credentials.password());
    Connection made = factory.newConnection(settings.connectionName);
    connection = made;
    return made;
  }

  private synchronized void dialing(Socket made) throws SocketException {
    if (aborted) {
      throw new SocketException("closed");
    }
    socket = made;
  }

  @Nullable Connection connection() {
    return connection;
  }

  boolean isOpen() {
    Connection made = connection;
    return made != null && made.isOpen();
  }

  /** Says goodbye, and waits for the answer no longer than a second. */
  void close() {
    Connection made = connection;
    if (made != null && made.isOpen()) {
      Timeout patience =
          new Timeout() {
            @Override
            public void expired() {
              abort();
            }
          };
      time.schedule(patience, PATIENCE_NANOS);
      made.abort(AMQP.REPLY_SUCCESS, "goodbye", GOODBYE_MILLIS);
      time.cancel(patience);
    }
    abort();
  }

  /** Ends it at once, without a goodbye. */
  void abort() {
    Socket last;
    synchronized (this) {
      aborted = true;
      last = socket;
    }
    if (last != null) {
      try {
        last.close();
      } catch (IOException e) {
        // It is of no use anyway.
      }
    }
  }
}
