package dev.parley.testkit.fault;

import static dev.parley.testkit.fault.ProxyEvent.Type.RESET_BY_CLIENT;
import static dev.parley.testkit.fault.ProxyEvent.Type.RESET_BY_SERVER;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one direction of one connection, on their way from the source to the sink. Holds at
 * most {@link #CAPACITY}; then it stops reading, and the source's writer is held up by TCP.
 */
final class Flow {
  private static final int CAPACITY = 64 * 1024;

  private final Connection connection;
  private final Direction direction;
  private final SocketChannel source;
  private final SocketChannel sink;
  private final List<Stage> stages = new ArrayList<>();
  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private int buffered;
  private long passed;
  private boolean isSourceDone;
  private boolean isDone;
  private boolean isSinkFull;
  private Timers.@Nullable Timer timer;

  Flow(Connection connection, Direction direction, SocketChannel source, SocketChannel sink) {
    this.connection = connection;
    this.direction = direction;
    this.source = source;
    this.sink = sink;
  }

  void add(Stage stage) {
    stages.add(stage);
  }

  /** Takes all faults away. What is held back already keeps its time. */
  void removeFaults() {
    stages.clear();
  }

  /** How many bytes the sink has been given. */
  long passed() {
    return passed;
  }

  boolean wantsBytes() {
    return !isSourceDone && buffered < CAPACITY;
  }

  boolean awaitsSink() {
    return isSinkFull;
  }

  boolean isSourceDone() {
    return isSourceDone;
  }

  /** Whether the end of the stream has been passed on. */
  boolean isDone() {
    return isDone;
  }

  /** Reads what is there, into the buffer. */
  void read(ByteBuffer scratch, long now) throws PeerLost {
    scratch.clear().limit(Math.min(scratch.capacity(), CAPACITY - buffered));
    int count = readFromSource(scratch);
    if (count == 0) {
      return;
    }
    isSourceDone = count < 0;
    scratch.flip();
    // The end of the stream is a chunk without bytes, so that it is held back like any other.
    ByteBuffer bytes = ByteBuffer.allocate(scratch.remaining()).put(scratch).flip();
    long due = now + stages.stream().mapToLong(Stage::latency).sum();
    if (!chunks.isEmpty()) {
      due = Math.max(due, chunks.getLast().due);
    }
    chunks.add(new Chunk(bytes, due));
    buffered += bytes.remaining();
  }

  /** Reads what is there, and forgets it. */
  void discard(ByteBuffer scratch) throws PeerLost {
    isSourceDone = readFromSource(scratch.clear()) < 0;
  }

  /** For when the source is broken and nobody shall know. */
  void giveUpSource() {
    isSourceDone = true;
  }

  /** Forgets what is held. */
  void drop() {
    chunks.clear();
    buffered = 0;
    isSinkFull = false;
    pause();
  }

  /** Stops waiting for a time, until the next {@link #write}. */
  void pause() {
    sleepUntil(Loop.NEVER);
  }

  /** Writes to the sink all that may go now. */
  void write(long now) throws PeerLost {
    isSinkFull = false;
    sleepUntil(writeSome(now));
  }

  /** Returns the time at which more may be written. */
  private long writeSome(long now) throws PeerLost {
    while (!chunks.isEmpty()) {
      Chunk chunk = chunks.getFirst();
      if (chunk.due > now) {
        return chunk.due;
      }
      if (!chunk.bytes.hasRemaining()) {
        chunks.removeFirst();
        endSink();
        return Loop.NEVER;
      }
      long allowance = chunk.bytes.remaining();
      for (Stage stage : stages) {
        if (stage.strikes()) {
          stages.remove(stage);
          return Loop.NEVER;
        }
        long allowed = stage.allowance(now);
        if (allowed == 0) {
          return stage.opensAt();
        }
        allowance = Math.min(allowance, allowed);
      }
      int written = writeToSink(chunk.bytes, (int) allowance);
      if (written == 0) {
        isSinkFull = true;
        return Loop.NEVER;
      }
      passed += written;
      buffered -= written;
      connection.passed(direction, written);
      if (!chunk.bytes.hasRemaining()) {
        chunks.removeFirst();
      }
      for (Stage stage : stages) {
        stage.passed(written, now);
      }
      for (Stage stage : stages) {
        if (stage.strikes()) {
          stages.remove(stage);
          return Loop.NEVER;
        }
      }
    }
    return Loop.NEVER;
  }

  private int writeToSink(ByteBuffer bytes, int count) throws PeerLost {
    int limit = bytes.limit();
    bytes.limit(bytes.position() + count);
    try {
      for (Stage stage : stages) {
        stage.beforePassing(bytes);
      }
      return sink.write(bytes);
    } catch (IOException e) {
      throw new PeerLost(isToServer() ? RESET_BY_SERVER : RESET_BY_CLIENT, e);
    } finally {
      bytes.limit(limit);
    }
  }

  private void endSink() throws PeerLost {
    try {
      sink.shutdownOutput();
      isDone = true;
    } catch (IOException e) {
      throw new PeerLost(isToServer() ? RESET_BY_SERVER : RESET_BY_CLIENT, e);
    }
  }

  private int readFromSource(ByteBuffer scratch) throws PeerLost {
    try {
      return source.read(scratch);
    } catch (IOException e) {
      throw new PeerLost(isToServer() ? RESET_BY_CLIENT : RESET_BY_SERVER, e);
    }
  }

  private boolean isToServer() {
    return direction == Direction.TO_SERVER;
  }

  private void sleepUntil(long time) {
    if (timer != null && timer.time() != time) {
      connection.timers().cancel(timer);
      timer = null;
    }
    if (timer == null && time != Loop.NEVER) {
      timer = connection.timers().at(time, this::wake);
    }
  }

  private void wake() {
    timer = null;
    connection.proceed();
  }

  /** Bytes, and when they may go on. */
  private record Chunk(ByteBuffer bytes, long due) {}

  /** A peer has reset its connection, or can no longer be reached. */
  @SuppressWarnings("serial") // it never leaves this package, let alone the machine
  static final class PeerLost extends Exception {
    private final ProxyEvent.Type how;

    PeerLost(ProxyEvent.Type how, IOException cause) {
      super(cause);
      this.how = how;
    }

    ProxyEvent.Type how() {
      return how;
    }
  }
}
