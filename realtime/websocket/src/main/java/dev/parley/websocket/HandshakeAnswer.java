package dev.parley.websocket;

import dev.parley.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;

/**
 * The head of an HTTP answer.
 *
 * @param rest what was read behind it
 */
record HandshakeAnswer(int status, Headers headers, ByteBuffer rest) {
  private static final int MOST_BYTES = 64 << 10;

  /** Where it is read from. */
  interface Source {
    /** Reads some bytes into the array; returns how many, or a negative number at the end. */
    int read(byte[] into) throws IOException;
  }

  /** Reads one; blocks. */
  static HandshakeAnswer read(Source source) throws IOException {
    byte[] all = new byte[0];
    byte[] some = new byte[4096];
    while (true) {
      int count = source.read(some);
      if (count < 0) {
        throw new EOFException("the connection was closed during the handshake");
      }
      int before = all.length;
      all = Arrays.copyOf(all, before + count);
      System.arraycopy(some, 0, all, before, count);
      int end = endOfHead(all, Math.max(0, before - 3));
      if (end >= 0) {
        String head = new String(all, 0, end, StandardCharsets.ISO_8859_1);
        return parse(head, ByteBuffer.wrap(all, end + 4, all.length - end - 4));
      }
      if (all.length > MOST_BYTES) {
        throw new java.net.ProtocolException("the head of the answer is larger than 64 KiB");
      }
    }
  }

  private static int endOfHead(byte[] bytes, int from) {
    for (int i = from; i + 3 < bytes.length; i++) {
      if (bytes[i] == '\r'
          && bytes[i + 1] == '\n'
          && bytes[i + 2] == '\r'
          && bytes[i + 3] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static HandshakeAnswer parse(String head, ByteBuffer rest) throws IOException {
    String[] lines = head.split("\r\n", -1);
    String[] first = lines[0].split(" ", 3);
    if (first.length < 2
        || !first[0].startsWith("HTTP/1.")
        || !first[1].matches("[1-5][0-9][0-9]")) {
      throw new java.net.ProtocolException("the peer does not speak HTTP/1.1");
    }
    List<String> headers = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon <= 0) {
        throw new java.net.ProtocolException("the answer has a malformed header");
      }
      headers.add(lines[i].substring(0, colon));
      headers.add(lines[i].substring(colon + 1).trim());
    }
    try {
      return new HandshakeAnswer(
          Integer.parseInt(first[1]), Headers.of(headers.toArray(new String[0])), rest);
    } catch (IllegalArgumentException e) {
      throw new java.net.ProtocolException("the answer has a malformed header");
    }
  }

  TyrusUpgradeResponse toTyrus() {
    TyrusUpgradeResponse answer = new TyrusUpgradeResponse();
    answer.setStatus(status);
    headers.forEach((name, value) ->
        answer
            .getHeaders()
            .computeIfAbsent(name.toLowerCase(Locale.ROOT), each -> new ArrayList<>(1))
            .add(value));
    return answer;
  }
}
