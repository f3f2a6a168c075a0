package dev.parley.websocket;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket, without a thread of its own.
 *
 * <p>A message that finds the socket idle is written by its sender, at once. Those that follow it
 * closely are left to the loop, which puts all that wait into one write: a system call each is what
 * small messages cost most.
 */
final class Wire extends Writer implements IoLoop.Waiting {
  /** Room for a batch and what TLS adds to it. */
  static final int BUFFER_BYTES = 96 << 10;

  private static final int BATCH_BYTES = 64 << 10;
  private static final long CLOSELY = TimeUnit.MICROSECONDS.toNanos(20);
  private static final long GOODBYE = TimeUnit.SECONDS.toNanos(1);

  private final SocketChannel channel;
  private final @Nullable Tls tls;
  private final IoLoop loop;
  private final Time time;
  private final Timeout goodbye =
      new Timeout() {
        @Override
        public void expired() {
          abort();
        }
      };

  // Guarded by queue.
  private final Deque<Out> queue = new ArrayDeque<>();
  private boolean flushing; // somebody is at it, or it waits for the socket
  private boolean answerDue; // TLS itself has something to say
  private boolean closing;
  private boolean closed;
  private long lastFlush;

  // Of whoever flushes.
  private final List<CompletionHandler<ByteBuffer>> written = new ArrayList<>();
  private @Nullable ByteBuffer rest; // what the socket did not take

  // Of the loop.
  private @Nullable SelectionKey key;
  private @Nullable FrameCutter frames;
  private @Nullable Receiver receiver;

  private record Out(ByteBuffer bytes, CompletionHandler<ByteBuffer> handler) {}

  Wire(SocketChannel channel, @Nullable Tls tls, IoLoop loop, Time time) {
    this.channel = channel;
    this.tls = tls;
    this.loop = loop;
    this.time = time;
  }

  /** Who reads. On the loop. */
  interface Receiver extends FrameCutter.Taker {
    /** The connection was lost; null if the peer ended it. */
    void lost(@Nullable Throwable cause);
  }

  // ---------------------------------------------------------------- reading

  /** Begins to read; what the handshake has read too far comes first. */
  void start(int maxFrame, int maxMessage, Receiver newReceiver, ByteBuffer early) {
    loop.execute(() -> {
      receiver = newReceiver;
      frames = new FrameCutter(maxFrame, maxMessage, time, newReceiver);
      try {
        key = loop.register(channel, this);
        interest(SelectionKey.OP_READ, true);
        feed(early);
        if (tls != null) {
          tls.rest(this::feed, this::answerDue);
        }
      } catch (IOException e) {
        lost(e);
      }
    });
  }

  /** Allows more messages; from any thread. */
  void request(int more) {
    loop.execute(() -> {
      if (frames != null && frames.request(more)) {
        interest(SelectionKey.OP_READ, true);
      }
    });
  }

  @Override
  public void ready(int operations) {
    if ((operations & SelectionKey.OP_WRITE) != 0) {
      interest(SelectionKey.OP_WRITE, false);
      flush();
    }
    if ((operations & SelectionKey.OP_READ) != 0) {
      read();
    }
  }

  private void read() {
    ByteBuffer input = loop.input.clear();
    try {
      if (channel.read(input) < 0) {
        lost(null);
        return;
      }
      input.flip();
      if (tls == null) {
        feed(input);
      } else if (!tls.open(input, this::feed, this::answerDue)) {
        lost(null);
      }
    } catch (IOException | RuntimeException e) {
      lost(e);
    }
  }

  private void feed(ByteBuffer clear) {
    synchronized (queue) {
      if (closing) {
        return; // it is only read to its end
      }
    }
    if (frames != null && !frames.feed(clear)) {
      interest(SelectionKey.OP_READ, false);
    }
  }

  private void interest(int operation, boolean on) {
    if (key != null) {
      try {
        key.interestOps(on ? key.interestOps() | operation : key.interestOps() & ~operation);
      } catch (CancelledKeyException e) {
        // It is closed, maybe by another thread.
      }
    }
  }

  // ---------------------------------------------------------------- writing

  @Override
  public void write(ByteBuffer bytes, CompletionHandler<ByteBuffer> handler) {
    boolean accepted;
    boolean atOnce = false;
    synchronized (queue) {
      accepted = !closing;
      if (accepted) {
        queue.add(new Out(bytes, handler));
        if (flushing) {
          return;
        }
        flushing = true;
        atOnce = System.nanoTime() - lastFlush > CLOSELY;
      }
    }
    if (!accepted) {
      handler.failed(new ClosedChannelException());
    } else if (atOnce) {
      flush();
    } else {
      loop.execute(this::flush);
    }
  }

  private void answerDue() {
    synchronized (queue) {
      answerDue = true;
      if (flushing) {
        return;
      }
      flushing = true;
    }
    flush();
  }

  /** Writes one batch; if more waits then, the loop goes on. */
  private void flush() {
    ByteBuffer batch = loop.borrow();
    try {
      if (pushRest()) {
        fill(batch);
        push(batch.flip());
      }
      goOn();
    } catch (IOException | RuntimeException e) {
      loop.execute(() -> lost(e));
    } finally {
      loop.giveBack(batch);
    }
  }

  private void goOn() {
    if (rest != null) {
      loop.execute(() -> interest(SelectionKey.OP_WRITE, true));
      return;
    }
    synchronized (queue) {
      if (queue.isEmpty() && !answerDue) {
        flushing = false;
        lastFlush = System.nanoTime();
        return;
      }
    }
    loop.execute(this::flush);
  }

  /** Writes what was left over; returns whether nothing is. */
  private boolean pushRest() throws IOException {
    ByteBuffer left = rest;
    if (left != null) {
      channel.write(left);
      if (left.hasRemaining()) {
        return false;
      }
      rest = null;
      tell();
    }
    return true;
  }

  private void push(ByteBuffer bytes) throws IOException {
    if (tls == null) {
      pushRaw(bytes);
      return;
    }
    ByteBuffer records = loop.borrow();
    try {
      tls.seal(bytes, records);
      pushRaw(records.flip());
    } finally {
      loop.giveBack(records);
    }
  }

  private void pushRaw(ByteBuffer bytes) throws IOException {
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    } else {
      tell();
    }
  }

  private void tell() {
    for (CompletionHandler<ByteBuffer> handler : written) {
      handler.completed(null);
    }
    written.clear();
  }

  private void fill(ByteBuffer batch) {
    synchronized (queue) {
      answerDue = false;
      batch.limit(BATCH_BYTES);
      for (Out out = queue.peek(); out != null && batch.hasRemaining(); out = queue.peek()) {
        ByteBuffer bytes = out.bytes();
        if (bytes.remaining() > batch.remaining()) {
          int length = batch.remaining();
          batch.put(bytes.duplicate().limit(bytes.position() + length));
          bytes.position(bytes.position() + length);
        } else {
          batch.put(bytes);
          written.add(out.handler());
          queue.remove();
        }
      }
    }
  }

  // ---------------------------------------------------------------- the end

  /** Writes what waits, lets the peer close first, and closes after a second at the latest. */
  @Override
  public void close() {
    synchronized (queue) {
      if (closing) {
        return;
      }
      closing = true;
    }
    time.schedule(goodbye, GOODBYE);
    loop.execute(() -> interest(SelectionKey.OP_READ, true));
  }

  /** Closes at once; from any thread. */
  void abort() {
    List<Out> unsent;
    synchronized (queue) {
      if (closed) {
        return;
      }
      closing = true;
      closed = true;
      unsent = new ArrayList<>(queue);
      queue.clear();
    }
    time.cancel(goodbye);
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
    loop.execute(() -> {}); // the selector lets go of it only when it looks
    Throwable why = new ClosedChannelException();
    unsent.forEach(out -> out.handler().failed(why));
  }

  @Override
  public void stopped() {
    lost(new IOException("the Parley was closed"));
  }

  private void lost(@Nullable Throwable cause) {
    Receiver told;
    synchronized (queue) {
      told = closing ? null : receiver;
    }
    if (told != null) {
      told.lost(cause);
    }
    abort();
  }
}
