package dev.parley.http;

import dev.parley.MessageTooLargeException;
import dev.parley.spi.EndOfStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events by the rules of the WHATWG, however their bytes are cut into pieces.
 * What is not complete when the bytes end is nothing. For adapters.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class EventParser {
  private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
  private static final byte[] DATA = ascii("data");
  private static final byte[] EVENT = ascii("event");
  private static final byte[] ID = ascii("id");
  private static final byte[] RETRY = ascii("retry");
  private static final int MAX_DIGITS = 15;

  private final Sink sink;
  private final int maxLineBytes;
  private final int maxEventBytes;

  private int bom; // how many bytes of it came; all of them: it is not looked for any more
  private boolean afterReturn; // a line feed here belongs to the line end before it
  private final Bytes line = new Bytes(); // of which the end has not come
  private boolean isAscii = true; // the line, as far as it came
  private final Bytes data = new Bytes();
  private boolean hasData;
  private boolean isAsciiData;
  private @Nullable String type;
  private @Nullable String id; // of the block that is read
  private @Nullable String lastId;
  private long blocks; // that are complete
  private byte[] usualType = {}; // most streams have few types
  private String usualTypeText = "";

  /** Takes what is read; it may stop the reading by what it throws. */
  public interface Sink {
    /**
     * An event came.
     *
     * @param type its type, or null if it was given none
     * @param id the id it came with, or null
     * @param lastId the last id that came, with this or before; null if none did
     * @param data in UTF-8
     */
    void event(@Nullable String type, @Nullable String id, @Nullable String lastId, byte[] data)
        throws InterruptedException, EndOfStream;

    /** An id came without an event. */
    void moved(String lastId);

    /** The server wishes this many milliseconds before a reconnect. */
    void retry(long millis);

    /** A comment came. */
    void comment(byte[] bytes, int from, int to) throws InterruptedException;

    /**
     * Returns what the reading ends with, since a line or an event is larger than it may be.
     *
     * @param isLine whether it is a line, and not an event of several
     */
    MessageTooLargeException tooLarge(boolean isLine);
  }

  /**
   * Begins a stream.
   *
   * @param lastId the last id of the connection before; null if there is none
   * @param maxLineBytes how long a line may be
   * @param maxEventBytes how large the data of an event may be
   */
  public EventParser(Sink sink, @Nullable String lastId, int maxLineBytes, int maxEventBytes) {
    this.sink = sink;
    this.lastId = lastId;
    this.maxLineBytes = maxLineBytes;
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * Reads more bytes of the stream.
   *
   * @throws MessageTooLargeException if a line or an event is larger than it may be
   * @throws InterruptedException if the sink was interrupted
   * @throws EndOfStream if the sink said so
   */
  public void read(byte[] bytes, int from, int to) throws InterruptedException, EndOfStream {
    int start = bom < BOM.length ? skipBom(bytes, from, to) : from;
    if (afterReturn && start < to) {
      afterReturn = false;
      start += bytes[start] == '\n' ? 1 : 0;
    }
    for (int i = start; i < to; i++) {
      byte each = bytes[i];
      if (each > '\r') {
        continue;
      }
      if (each != '\n' && each != '\r') {
        isAscii &= each >= 0;
        continue;
      }
      endOfLine(bytes, start, i);
      isAscii = true;
      if (each == '\r') {
        if (i + 1 == to) {
          afterReturn = true;
        } else if (bytes[i + 1] == '\n') {
          i++;
        }
      }
      start = i + 1;
    }
    if (start < to) {
      checkLine(to - start);
      line.add(bytes, start, to);
    }
  }

  /** Returns the number of the block that has begun and is not complete, or -1. */
  public long amid() {
    return line.size > 0 || hasData || type != null ? blocks : -1;
  }

  private int skipBom(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bom < BOM.length) {
      if (bytes[at] != BOM[bom]) {
        line.add(BOM, 0, bom);
        isAscii = bom == 0;
        bom = BOM.length;
      } else {
        bom++;
        at++;
      }
    }
    return at;
  }

  private void endOfLine(byte[] bytes, int from, int to) throws InterruptedException, EndOfStream {
    checkLine(to - from);
    if (line.size == 0) {
      line(bytes, from, to);
    } else {
      line.add(bytes, from, to);
      int size = line.size;
      line.size = 0;
      line(line.bytes, 0, size);
    }
  }

  private void checkLine(int more) {
    if (line.size + more > maxLineBytes) {
      throw sink.tooLarge(true);
    }
  }

  private void line(byte[] bytes, int from, int to) throws InterruptedException, EndOfStream {
    if (from == to) {
      endOfBlock();
      return;
    }
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    int value = colon + 1 < to && bytes[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, to);
    if (colon == from) {
      sink.comment(bytes, value, to);
    } else if (Arrays.equals(bytes, from, colon, DATA, 0, DATA.length)) {
      data(bytes, value, to);
    } else if (Arrays.equals(bytes, from, colon, EVENT, 0, EVENT.length)) {
      type = type(bytes, value, to);
    } else if (Arrays.equals(bytes, from, colon, ID, 0, ID.length)) {
      id(text(bytes, value, to));
    } else if (Arrays.equals(bytes, from, colon, RETRY, 0, RETRY.length)) {
      retry(bytes, value, to);
    }
  }

  private void data(byte[] bytes, int from, int to) {
    if (hasData) {
      data.add((byte) '\n');
    }
    isAsciiData = isAscii && (isAsciiData || !hasData);
    hasData = true;
    if (data.size + to - from > maxEventBytes) {
      throw sink.tooLarge(false);
    }
    data.add(bytes, from, to);
  }

  private String type(byte[] bytes, int from, int to) {
    if (!Arrays.equals(bytes, from, to, usualType, 0, usualType.length)) {
      usualType = Arrays.copyOfRange(bytes, from, to);
      usualTypeText = text(bytes, from, to);
    }
    return usualTypeText;
  }

  private void id(String value) {
    if (value.indexOf('\0') < 0) {
      id = value;
    }
  }

  private void retry(byte[] bytes, int from, int to) {
    if (from == to) {
      return;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return;
      }
    }
    String digits = text(bytes, from, to).replaceFirst("^0+(?=.)", "");
    sink.retry(digits.length() > MAX_DIGITS ? Integer.MAX_VALUE : Long.parseLong(digits));
  }

  private void endOfBlock() throws InterruptedException, EndOfStream {
    blocks++;
    String own = id;
    String ofType = type;
    boolean isEvent = hasData;
    if (own != null) {
      lastId = own;
    }
    id = null;
    type = null;
    hasData = false;
    if (isEvent) {
      byte[] body = data.take();
      sink.event(
          ofType == null || ofType.isEmpty() ? null : ofType,
          own,
          lastId,
          isAsciiData ? body : wellFormed(body));
    } else if (own != null) {
      sink.moved(own);
    }
  }

  // Malformed sequences become U+FFFD.
  private static byte[] wellFormed(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
  }

  private String text(byte[] bytes, int from, int to) {
    return new String(
        bytes,
        from,
        to - from,
        isAscii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8); // the first is a copy
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Bytes that grow, and shrink again when they were many. */
  private static final class Bytes {
    private static final byte[] NONE = {};
    private static final int KEPT = 8192;

    byte[] bytes = NONE;
    int size;

    void add(byte each) {
      ensure(1);
      bytes[size++] = each;
    }

    void add(byte[] more, int from, int to) {
      ensure(to - from);
      System.arraycopy(more, from, bytes, size, to - from);
      size += to - from;
    }

    byte[] take() {
      byte[] taken = Arrays.copyOf(bytes, size);
      size = 0;
      if (bytes.length > KEPT) {
        bytes = NONE;
      }
      return taken;
    }

    private void ensure(int more) {
      if (size + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.max(64, size + more), 2 * size));
      }
    }
  }
}
