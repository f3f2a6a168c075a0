package dev.parley.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A control packet as it is on the wire, and what the tests look at in it. */
record Frame(byte[] bytes, int headLength) {
  static final int CONNECT = 1;
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int PINGREQ = 12;
  static final int PINGRESP = 13;

  /** Reads one, or null at the end of the stream. */
  static @Nullable Frame read(DataInputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.write(first);
    int length = 0;
    int shift = 0;
    int next;
    do {
      next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      head.write(next);
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    byte[] bytes = new byte[head.size() + length];
    System.arraycopy(head.toByteArray(), 0, bytes, 0, head.size());
    in.readFully(bytes, head.size(), length);
    return new Frame(bytes, head.size());
  }

  static Frame of(int type, int... body) {
    byte[] bytes = new byte[body.length + 2];
    bytes[0] = (byte) (type << 4);
    bytes[1] = (byte) body.length;
    for (int i = 0; i < body.length; i++) {
      bytes[i + 2] = (byte) body[i];
    }
    return new Frame(bytes, 2);
  }

  static Frame puback(int packetId, int reason) {
    return of(PUBACK, packetId >> 8, packetId & 0xFF, reason);
  }

  int type() {
    return (bytes[0] & 0xF0) >> 4;
  }

  boolean isDup() {
    return (bytes[0] & 0x08) != 0;
  }

  private int qos() {
    return (bytes[0] & 0x06) >> 1;
  }

  private ByteBuffer body() {
    return ByteBuffer.wrap(bytes, headLength, bytes.length - headLength);
  }

  /** Returns the client identifier of a CONNECT. */
  String clientId() {
    ByteBuffer body = body();
    text(body);
    int version = body.get();
    body.position(body.position() + 3);
    if (version == 5) {
      int properties = number(body);
      body.position(body.position() + properties);
    }
    return text(body);
  }

  /** Returns the packet identifier of a PUBLISH or PUBACK. */
  int packetId() {
    ByteBuffer body = body();
    if (type() == PUBLISH) {
      text(body);
      return qos() == 0 ? 0 : body.getShort() & 0xFFFF;
    }
    return body.getShort() & 0xFFFF;
  }

  /** Returns the payload of a PUBLISH of MQTT 5. */
  byte[] payload() {
    ByteBuffer body = behindPacketId();
    int properties = number(body);
    body.position(body.position() + properties);
    byte[] payload = new byte[body.remaining()];
    body.get(payload);
    return payload;
  }

  /** Returns the user properties of a PUBLISH of MQTT 5. */
  Map<String, String> userProperties() {
    Map<String, String> found = new LinkedHashMap<>();
    ByteBuffer body = behindPacketId();
    int length = number(body);
    int end = body.position() + length;
    while (body.position() < end) {
      switch (body.get()) {
        case 0x01 -> body.get();
        case 0x02 -> body.getInt();
        case 0x23 -> body.getShort();
        case 0x0B -> number(body);
        case 0x26 -> found.put(text(body), text(body));
        default -> text(body);
      }
    }
    return found;
  }

  private ByteBuffer behindPacketId() {
    ByteBuffer body = body();
    text(body);
    if (qos() > 0) {
      body.getShort();
    }
    return body;
  }

  private static String text(ByteBuffer body) {
    byte[] text = new byte[body.getShort() & 0xFFFF];
    body.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int number(ByteBuffer body) {
    int value = 0;
    int shift = 0;
    int next;
    do {
      next = body.get();
      value |= (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    return value;
  }
}
