package dev.parley.websocket;

import dev.parley.spi.Time;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Cuts what comes in into whole frames, and lets a message through only within its credit: the rest
 * stays here, a little, and in the peer. Used by the socket's loop only.
 */
final class FrameCutter {
  private static final long LONGEST_ASSEMBLY = TimeUnit.SECONDS.toNanos(60);
  private static final int CLOSE = 8;
  private static final int PONG = 10;

  private final int maxFrame;
  private final int maxMessage;
  private final Time time;
  private final Taker taker;

  private byte[] kept = new byte[0];
  private int keptLength;
  private boolean amid; // fragments of a message came, and not the last one
  private boolean moved; // something was completed by what came last
  private boolean partial; // something is not complete
  private long partialSince;
  private long messageLength; // of the fragments so far
  private int credit;
  private boolean stalled;

  FrameCutter(int maxFrame, int maxMessage, Time time, Taker taker) {
    this.time = time;
    this.maxFrame = maxFrame;
    this.maxMessage = maxMessage;
    this.taker = taker;
  }

  /** What becomes of it. */
  interface Taker {
    /** Whole frames came; the buffer is only good until this returns. */
    void take(ByteBuffer frames);

    /** Something came that shows the peer is alive: anything but an unasked pong. */
    void alive();

    /** The frame by which the peer closes is about to be taken; 1005 if it gives no code. */
    void closing(int code);

    /** The peer broke a rule; the code is to close with. */
    void broken(int code, String how);
  }

  /** Allows more messages; returns whether more can be read. */
  boolean request(int more) {
    credit = (int) Math.min(Integer.MAX_VALUE, (long) credit + more);
    return stalled ? feed(ByteBuffer.allocate(0)) : true;
  }

  /** Takes bytes; returns whether more can be read. */
  boolean feed(ByteBuffer data) {
    if (keptLength == 0) {
      int end = cut(data);
      data.position(end);
      keep(data);
    } else {
      keep(data);
      int end = cut(ByteBuffer.wrap(kept, 0, keptLength));
      keptLength -= end;
      System.arraycopy(kept, end, kept, 0, keptLength);
      if (keptLength == 0) {
        kept = new byte[0]; // an idle connection needs no memory
      }
    }
    checkAssembly();
    return !stalled;
  }

  private void keep(ByteBuffer data) {
    int more = data.remaining();
    if (keptLength + more > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(keptLength + more, 2 * keptLength));
    }
    data.get(kept, keptLength, more);
    keptLength += more;
  }

  /** Hands whole frames on; returns where the first that is not begins. */
  private int cut(ByteBuffer bytes) {
    int begin = bytes.position();
    int next = begin;
    boolean alive = false;
    moved = false;
    int wrong = 0;
    String how = "";
    stalled = false;
    while (bytes.limit() - next >= 2) {
      int opcode = bytes.get(next) & 0x0f;
      boolean isControl = opcode >= CLOSE;
      alive |= opcode != PONG;
      if (!isControl && credit == 0) {
        stalled = true;
        break;
      }
      int head = headLength(bytes.get(next + 1));
      if (head < 0) {
        wrong = 1002;
        how = "the server masked a frame";
        break;
      }
      if (bytes.limit() - next < head) {
        break;
      }
      long length = length(bytes, next, head);
      if (length < 0 || length > maxFrame) {
        wrong = 1009;
        how = "a frame is larger than the limit of " + maxFrame + " bytes";
        break;
      }
      if (!isControl && messageLength + length > maxMessage) {
        wrong = 1009;
        how = "a message is larger than the limit of " + maxMessage + " bytes";
        break;
      }
      if (bytes.limit() - next < head + length) {
        break;
      }
      if (opcode == CLOSE) {
        int at = next + head;
        taker.closing(length < 2 ? 1005 : bytes.getShort(at) & 0xffff);
      } else if (!isControl) {
        messageLength += length;
        amid = bytes.get(next) >= 0;
        if (!amid) { // the last fragment
          messageLength = 0;
          credit--;
        }
      }
      moved |= !amid;
      next += (int) (head + length);
    }
    if (alive) {
      taker.alive();
    }
    if (next > begin) {
      taker.take(bytes.duplicate().limit(next).position(begin));
    }
    if (wrong != 0) {
      taker.broken(wrong, how);
    }
    return next;
  }

  private static int headLength(byte second) {
    if (second < 0) {
      return -1;
    }
    return second < 126 ? 2 : second == 126 ? 4 : 10;
  }

  private static long length(ByteBuffer bytes, int at, int head) {
    return switch (head) {
      case 2 -> bytes.get(at + 1);
      case 4 -> bytes.getShort(at + 2) & 0xffff;
      default -> bytes.getLong(at + 2);
    };
  }

  // A peer that sends a message byte by byte is never silent, and never says anything either.
  private void checkAssembly() {
    boolean goesOn = partial && !moved;
    partial = !stalled && (amid || keptLength > 0);
    if (partial && !goesOn) {
      partialSince = time.nanoTime();
    } else if (partial && time.nanoTime() - partialSince > LONGEST_ASSEMBLY) {
      taker.broken(1008, "a message was not complete after 60 s");
    }
  }
}
