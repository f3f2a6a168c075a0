package dev.parley.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** TLS on bytes: a blocking handshake, and then records in and out. Host names are checked. */
final class Tls {
  private final SSLEngine engine;
  private ByteBuffer cipher; // what came in and is not a whole record yet; ready to be read
  private ByteBuffer clear;

  Tls(SSLContext context, String host, int port) {
    engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    cipher = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
    clear = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
  }

  /** Shakes hands; blocks. */
  void handshake(InputStream in, Dial.Output out) throws IOException {
    engine.beginHandshake();
    ByteBuffer none = ByteBuffer.allocate(0);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> {
          record.clear();
          engine.wrap(none, record);
          out.write(record.flip());
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          SSLEngineResult result = unwrap();
          if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            readMore(in);
          } else if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new EOFException("the peer ended the TLS handshake");
          }
        }
        case NEED_TASK -> runTasks();
        default -> {
          return;
        }
      }
    }
  }

  /** Reads some clear bytes, at least one unless the stream has ended; blocks. */
  int read(InputStream in, byte[] into) throws IOException {
    while (true) {
      SSLEngineResult result = unwrap();
      clear.flip();
      int count = Math.min(clear.remaining(), into.length);
      clear.get(into, 0, count);
      clear.compact();
      if (count > 0) {
        return count;
      }
      if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
        return -1;
      }
      if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
        readMore(in);
      }
    }
  }

  /** Opens records; hands clear bytes to the taker. Returns whether TLS goes on. */
  boolean open(ByteBuffer records, Consumer<ByteBuffer> taker, Runnable answerDue)
      throws IOException {
    append(records);
    while (true) {
      SSLEngineResult result = unwrap();
      if (clear.position() > 0) {
        taker.accept(clear.flip());
        clear.clear();
      }
      if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        runTasks();
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        answerDue.run(); // a new key was asked for, or the end was told
      }
      switch (result.getStatus()) {
        case BUFFER_UNDERFLOW -> {
          return true;
        }
        case CLOSED -> {
          return false;
        }
        default -> {
          if (result.bytesConsumed() == 0
              && result.bytesProduced() == 0
              && !cipher.hasRemaining()) {
            return true;
          }
        }
      }
    }
  }

  /** Hands out clear bytes that the handshake has read ahead. */
  void rest(Consumer<ByteBuffer> taker, Runnable answerDue) throws IOException {
    if (clear.position() > 0) {
      taker.accept(clear.flip());
      clear.clear();
    }
    open(ByteBuffer.allocate(0), taker, answerDue);
  }

  /** Makes records of all clear bytes, or one answer of the handshake if there are none. */
  void seal(ByteBuffer bytes, ByteBuffer into) throws SSLException {
    do {
      SSLEngineResult result = engine.wrap(bytes, into);
      if (result.getStatus() != SSLEngineResult.Status.OK) {
        throw new SSLException("TLS ended: " + result.getStatus());
      }
    } while (bytes.hasRemaining());
  }

  private SSLEngineResult unwrap() throws SSLException {
    while (true) {
      SSLEngineResult result = engine.unwrap(cipher, clear);
      if (result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW) {
        return result;
      }
      clear = ByteBuffer.allocate(2 * clear.capacity()).put(clear.flip());
    }
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private void readMore(InputStream in) throws IOException {
    byte[] some = new byte[8192];
    int count = in.read(some);
    if (count < 0) {
      throw new EOFException("the peer closed the connection during the TLS handshake");
    }
    append(ByteBuffer.wrap(some, 0, count));
  }

  private void append(ByteBuffer records) {
    if (!records.hasRemaining()) {
      return;
    }
    ByteBuffer room = cipher.compact();
    if (room.remaining() < records.remaining()) {
      room = ByteBuffer.allocate(room.position() + records.remaining()).put(room.flip());
    }
    cipher = room.put(records).flip();
  }
}
