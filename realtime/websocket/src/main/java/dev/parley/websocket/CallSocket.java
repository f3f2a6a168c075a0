package dev.parley.websocket;

import dev.parley.Headers;
import dev.parley.ParleyException;
import dev.parley.Payload;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection that calls share. It is made for the first of them; when it is lost, all that wait
 * on it fail, and the next call makes another. One on which a call waited in vain, with nothing
 * heard meanwhile, is retired: what waits on it may still be answered, and nothing new goes out on
 * it.
 */
final class CallSocket implements Socket.User {
  private final Calls calls;
  private final WebSocketDriver driver;
  private final WebSocket binding;
  private final URI uri;
  private final Correlation correlation;
  private final AtomicLong ids = new AtomicLong();

  // Guarded by this.
  private final Map<String, Call> pending = new HashMap<>();
  private final Queue<Call> outbox = new ArrayDeque<>();
  private @Nullable Socket connecting;
  private @Nullable Socket open;
  private boolean retired;
  private boolean over;
  private @Nullable Throwable neverOpened; // why it never stood
  private long heard; // how often something came

  /** Who waits for a reply. */
  interface Waiting {
    void onCancel(Runnable stop);

    void sent();

    void failed(Throwable cause);

    void answered(Correlation.Answered answered);
  }

  private static final class Call {
    final String id;
    final Message message;
    final Waiting waiting;
    long heardBefore; // guarded by the socket

    Call(String id, Message message, Waiting waiting) {
      this.id = id;
      this.message = message;
      this.waiting = waiting;
    }
  }

  CallSocket(Calls calls, WebSocketDriver driver, WebSocket binding) {
    this.calls = calls;
    this.driver = driver;
    this.binding = binding;
    this.uri = driver.uri(binding);
    this.correlation = Objects.requireNonNull(binding.correlation());
  }

  String newId() {
    return Long.toString(ids.incrementAndGet());
  }

  synchronized boolean isRetired() {
    return retired || over;
  }

  /** Begins to connect. */
  void connect() {
    driver
        .workers()
        .execute(() -> {
          try {
            Socket made =
                driver.authenticated(
                    Headers.empty(),
                    headers -> {
                      Socket socket = new Socket(driver, uri, binding, this);
                      starting(socket);
                      socket.open(uri, headers);
                      return socket;
                    });
            opened(made);
          } catch (Throwable e) {
            end(e);
          }
        });
  }

  private synchronized void starting(Socket socket) throws IOException {
    if (over) {
      throw new IOException("nobody waits for the connection any more");
    }
    connecting = socket;
  }

  private void opened(Socket made) {
    boolean unwanted;
    synchronized (this) {
      unwanted = over;
      connecting = null;
      open = made;
    }
    if (unwanted) {
      made.abort();
      return;
    }
    made.request(Integer.MAX_VALUE); // each answers a call, and those are limited
    drain();
  }

  /** Sends a request as soon as it can. */
  void send(String id, Message message, Waiting waiting) {
    Call call = new Call(id, message, waiting);
    boolean late;
    Throwable why;
    synchronized (this) {
      late = over;
      why = neverOpened;
      if (!late) {
        pending.put(id, call);
        outbox.add(call);
        call.heardBefore = heard;
      }
    }
    if (late) {
      waiting.failed(why == null ? new IOException("the connection is gone") : why);
      return;
    }
    waiting.onCancel(() -> cancelled(call));
    drain();
  }

  private void drain() {
    try {
      synchronized (this) {
        Socket socket = open;
        while (socket != null && !over && !outbox.isEmpty() && socket.isOpenForMore()) {
          Call next = outbox.remove();
          next.waiting.sent();
          socket.offer(next.message);
        }
      }
    } catch (Exception e) {
      end(e);
    }
  }

  private void cancelled(Call call) {
    boolean idle;
    synchronized (this) {
      pending.remove(call.id);
      outbox.remove(call);
      // Unless something came meanwhile, nobody knows whether the peer is still there.
      retired |= heard == call.heardBefore;
      idle = retired && pending.isEmpty();
    }
    if (idle) {
      end(new IOException("nobody waits on the connection any more"));
    }
  }

  // ---------------------------------------------------------------- the socket's user

  @Override
  public void message(Payload payload, Object nativeMessage) {
    Optional<Correlation.Answered> answered;
    try {
      answered = correlation.reply(payload);
    } catch (RuntimeException e) {
      return; // it answers nothing that can be told
    }
    Call call;
    boolean idle;
    synchronized (this) {
      heard++;
      call = answered.map(reply -> pending.remove(reply.id())).orElse(null);
      idle = retired && pending.isEmpty();
    }
    if (call != null) {
      answered.ifPresent(call.waiting::answered);
    }
    if (idle) {
      end(new IOException("nobody waits on the connection any more"));
    }
  }

  @Override
  public synchronized void alive() {
    heard++;
  }

  @Override
  public void writable() {
    driver.workers().execute(this::drain);
  }

  @Override
  public void lost(ParleyException cause) {
    driver.workers().execute(() -> end(cause)); // it may come from within a send
  }

  @Override
  public void ended() {
    end(new IOException("the peer closed the connection"));
  }

  /** Closes it; what waits fails. */
  void close() {
    end(new IOException("the channel was closed"));
  }

  private void end(Throwable cause) {
    List<Call> failed;
    Socket socket;
    Socket dialing;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      neverOpened = open == null ? cause : null;
      failed = new ArrayList<>(pending.values());
      pending.clear();
      outbox.clear();
      socket = open;
      dialing = connecting;
    }
    calls.gone(this);
    if (socket != null) {
      socket.close();
    } else if (dialing != null) {
      dialing.abort();
    }
    failed.forEach(call -> call.waiting.failed(cause));
  }
}
