package dev.parley.websocket;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A server on Tyrus, in this JVM. */
final class TyrusPeer implements Peer {
  private final TestServer server;
  private final Behaviour behaviour;
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger(); // upgrades that became no connection
  private final Object reading = new Object();
  private boolean held; // guarded by reading

  TyrusPeer(List<String> paths, Behaviour behaviour) {
    this.behaviour = behaviour;
    this.server =
        TestServer.start(
            paths.stream()
                .collect(
                    Collectors.toMap(
                        Function.identity(), path -> (Supplier<Endpoint>) () -> new End(path))));
  }

  private final class End extends Endpoint implements Connection {
    private final String path;
    private Session session; // set by onOpen

    End(String path) {
      this.path = path;
    }

    @Override
    public void onOpen(Session newSession, EndpointConfig config) {
      session = newSession;
      session.setMaxIdleTimeout(-1);
      session.addMessageHandler(byte[].class, this::heard);
      session.addMessageHandler(String.class, text -> heard(text.getBytes(StandardCharsets.UTF_8)));
      behaviour.opened(this);
      opened.incrementAndGet();
    }

    private void heard(byte[] message) {
      awaitReading();
      behaviour.heard(this, message);
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
      behaviour.closed(this);
    }

    @Override
    public void onError(Session failed, Throwable problem) {
      // It is closed next.
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public void send(byte[] message) {
      try {
        session.getAsyncRemote().sendBinary(ByteBuffer.wrap(message));
      } catch (RuntimeException e) {
        // It has gone.
      }
    }

    @Override
    public void end() {
      try {
        session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "the end"));
      } catch (IOException | RuntimeException e) {
        // It has gone.
      }
    }
  }

  private void awaitReading() {
    synchronized (reading) {
      while (held) {
        try {
          reading.wait();
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  @Override
  public int port() {
    return server.port();
  }

  // An upgrade may have been cut.
  @Override
  public void awaitOpened() {
    int upgrades = server.upgrades();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (opened.get() + cut.get() < upgrades) {
      if (System.nanoTime() - end > 0) {
        cut.set(upgrades - opened.get());
      }
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public void holdReading(boolean hold) {
    synchronized (reading) {
      held = hold;
      reading.notifyAll();
    }
  }

  @Override
  public void close() {
    holdReading(false);
    server.close();
  }
}
