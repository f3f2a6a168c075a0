package dev.parley.testkit.fault;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * HTTP/2 without TLS on a connection of a {@link RawServer}, frame by frame: what a server would
 * never do on request.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class RawHttp2 {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int REFUSED_STREAM = 7;

  private final RawServer.Peer peer;
  private final DataInputStream in;

  /** Reads the client's preface, and writes the settings. */
  public RawHttp2(RawServer.Peer peer) throws IOException {
    this.peer = peer;
    this.in = new DataInputStream(peer.in());
    in.readNBytes(24); // the preface
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /**
   * Refuses streams until so many have come in all; answers that one and later ones with 200.
   *
   * @param streams counts them
   * @param answered which is the first to be answered
   * @param goAway by GOAWAY for the whole connection, else by REFUSED_STREAM
   */
  public void refuseUntil(AtomicInteger streams, int answered, boolean goAway) throws IOException {
    serve(stream -> {
      if (streams.incrementAndGet() >= answered) {
        answer(stream, 200);
      } else if (goAway) {
        goAway(0); // which is before the first
      } else {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, REFUSED_STREAM});
      }
    });
  }

  /**
   * Resets every stream once its request is there in full.
   *
   * @param streams counts them
   * @param code the error code of RFC 9113, less than 256
   */
  public void resetAll(AtomicInteger streams, int code) throws IOException {
    serve(stream -> {
      streams.incrementAndGet();
      frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, (byte) code});
    });
  }

  /** What is done with a request. */
  public interface Action {
    /** Acts on the stream of a request that is there in full. */
    void run(int stream) throws IOException;
  }

  /** Answers with an HTTP status of three digits, and no more than that. */
  public void answer(int stream, int status) throws IOException {
    byte[] digits = Integer.toString(status).getBytes(StandardCharsets.US_ASCII);
    // :status and content-length: 0 as literals with indexed names.
    byte[] fields = {0x08, 3, digits[0], digits[1], digits[2], 0x0f, 0x0d, 1, '0'};
    frame(HEADERS, 0x4 | 0x1, stream, fields);
  }

  /** Begins an answer: 200, of this media type. */
  public void head(int stream, String contentType) throws IOException {
    byte[] type = contentType.getBytes(StandardCharsets.US_ASCII);
    byte[] fields = new byte[4 + type.length];
    // :status 200 by index, content-type as a literal with an indexed name.
    System.arraycopy(new byte[] {(byte) 0x88, 0x0f, 0x10, (byte) type.length}, 0, fields, 0, 4);
    System.arraycopy(type, 0, fields, 4, type.length);
    frame(HEADERS, 0x4, stream, fields);
  }

  /** Writes a piece of an answer's body. */
  public void data(int stream, String text, boolean isLast) throws IOException {
    frame(DATA, isLast ? 1 : 0, stream, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Says that streams behind this one are not looked at, and that no more are taken. */
  public void goAway(int lastStream) throws IOException {
    frame(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(lastStream).array());
  }

  /** Acts on each request, until the connection ends. */
  public void serve(Action onRequest) throws IOException {
    while (true) {
      int lengthAndType = in.readInt();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(lengthAndType >>> 8);
      int type = lengthAndType & 0xff;
      if (type == SETTINGS && (flags & 1) == 0) {
        frame(SETTINGS, 1, 0, new byte[0]);
      } else if (type == PING && (flags & 1) == 0) {
        frame(PING, 1, 0, payload);
      } else if ((type == HEADERS || type == DATA) && (flags & 1) != 0) {
        onRequest.run(stream);
      }
    }
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    byte[] frame = new byte[9 + payload.length];
    frame[1] = (byte) (payload.length >>> 8);
    frame[2] = (byte) payload.length;
    frame[3] = (byte) type;
    frame[4] = (byte) flags;
    frame[5] = (byte) (stream >>> 24);
    frame[6] = (byte) (stream >>> 16);
    frame[7] = (byte) (stream >>> 8);
    frame[8] = (byte) stream;
    System.arraycopy(payload, 0, frame, 9, payload.length);
    peer.write(frame);
  }
}
