package dev.parley.testkit.fault;

import java.io.DataInputStream;
import java.io.IOException;
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
        // :status 200 by index, content-length: 0 as a literal with an indexed name.
        frame(HEADERS, 0x4 | 0x1, stream, new byte[] {(byte) 0x88, 0x0f, 0x0d, 0x01, '0'});
      } else if (goAway) {
        frame(GOAWAY, 0, 0, new byte[8]); // the last stream that was looked at is 0
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

  private interface Action {
    void run(int stream) throws IOException;
  }

  private void serve(Action onRequest) throws IOException {
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
