package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQContentHeader;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A method with its content, or a heartbeat, as it stands on the wire. */
record Command(
    int channel,
    @Nullable Method method,
    AMQP.@Nullable BasicProperties properties,
    byte[] body,
    List<Frame> frames) {
  private static final int MAX_PAYLOAD = 1 << 20;

  static Command of(int channel, Method method) throws IOException {
    return new Command(channel, method, null, new byte[0], List.of(method.toFrame(channel)));
  }

  /** Returns a method with the content of another one. */
  static Command of(int channel, Method method, Command content) throws IOException {
    List<Frame> frames = new ArrayList<>();
    frames.add(method.toFrame(channel));
    for (Frame each : content.frames.subList(1, content.frames.size())) {
      frames.add(new Frame(each.getType(), channel, each.getPayload()));
    }
    return new Command(channel, method, content.properties, content.body, frames);
  }

  /**
   * Reads one; null at the end. The client does not mix the frames of two commands, nor does the
   * broker those of a channel.
   */
  static @Nullable Command read(DataInputStream in, Partial partial) throws IOException {
    while (true) {
      Frame frame;
      try {
        frame = Frame.readFrom(in, () -> MAX_PAYLOAD);
      } catch (EOFException e) {
        return null;
      }
      if (frame == null) {
        continue;
      }
      Command whole = partial.add(frame);
      if (whole != null) {
        return whole;
      }
    }
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (Frame frame : frames) {
      byte[] payload = frame.getPayload();
      out.writeByte(frame.getType());
      out.writeShort(frame.getChannel());
      out.writeInt(payload.length);
      out.write(payload);
      out.writeByte(AMQP.FRAME_END);
    }
    return bytes.toByteArray();
  }

  /** What has been read of the commands of all channels. */
  static final class Partial {
    private final java.util.Map<Integer, List<Frame>> open = new java.util.HashMap<>();

    @Nullable Command add(Frame frame) throws IOException {
      int channel = frame.getChannel();
      if (frame.getType() == AMQP.FRAME_HEARTBEAT) {
        return new Command(channel, null, null, new byte[0], List.of(frame));
      }
      List<Frame> frames = open.computeIfAbsent(channel, any -> new ArrayList<>());
      frames.add(frame);
      Method method = AMQImpl.readMethodFrom(frames.get(0).getInputStream());
      if (!method.hasContent()) {
        open.remove(channel);
        return new Command(channel, method, null, new byte[0], frames);
      }
      if (frames.size() < 2) {
        return null;
      }
      AMQContentHeader header = AMQImpl.readContentHeaderFrom(frames.get(1).getInputStream());
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (Frame each : frames.subList(2, frames.size())) {
        body.writeBytes(each.getPayload());
      }
      if (body.size() < header.getBodySize()) {
        return null;
      }
      open.remove(channel);
      return new Command(
          channel, method, (AMQP.BasicProperties) header, body.toByteArray(), frames);
    }
  }
}
