package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is cut into frames, piece by piece, in virtual time. */
class FrameCutterTest {
  private static final int TEXT = 0x81;
  private static final int FIRST = 0x01;
  private static final int MIDDLE = 0x00;
  private static final int LAST = 0x80;
  private static final int PING = 0x89;

  private final VirtualTime time = VirtualTime.create();
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private int alive;
  private int code;
  private String how = "";
  private final FrameCutter cutter =
      new FrameCutter(
          1000,
          1000,
          time,
          new FrameCutter.Taker() {
            @Override
            public void take(ByteBuffer frames) {
              while (frames.hasRemaining()) {
                taken.write(frames.get());
              }
            }

            @Override
            public void alive() {
              alive++;
            }

            @Override
            public void closing(int code) {}

            @Override
            public void broken(int newCode, String newHow) {
              code = newCode;
              how = newHow;
            }
          });

  FrameCutterTest() {
    cutter.request(1000);
  }

  private static byte[] frame(int first, int length) {
    byte[] frame = new byte[2 + length];
    frame[0] = (byte) first;
    frame[1] = (byte) length;
    return frame;
  }

  private void feed(byte[] bytes, int from, int to) {
    cutter.feed(ByteBuffer.wrap(bytes, from, to - from));
  }

  private void feed(byte[] bytes) {
    feed(bytes, 0, bytes.length);
  }

  private void pass(int seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void MATRIX_trickle_takesAFrameWhoseBytesComeOneAtATime_eachOfThemASignOfLife() {
    byte[] frame = frame(TEXT, 50);
    for (int i = 0; i < frame.length; i++) {
      feed(frame, i, i + 1);
      pass(1);
    }

    assertThat(taken.toByteArray()).isEqualTo(frame);
    assertThat(alive).isEqualTo(frame.length - 1); // the first byte alone may be that of a pong
    assertThat(code).isZero();
  }

  @Test
  void MATRIX_trickle_aFrameMayTake60Seconds() {
    byte[] frame = frame(TEXT, 100);
    feed(frame, 0, 10);
    pass(60);
    feed(frame, 10, 11);
    assertThat(code).isZero();
    pass(1);
    feed(frame, 11, 12);

    assertThat(code).isEqualTo(1008);
    assertThat(how).isEqualTo("a message was not complete after 60 s");
  }

  @Test
  void MATRIX_trickle_aMessageOfManyFramesMayTake60Seconds_whateverPingsComeBetween() {
    feed(frame(FIRST, 1));
    pass(30);
    feed(frame(MIDDLE, 1));
    feed(frame(PING, 1));
    pass(31);
    feed(frame(MIDDLE, 1));

    assertThat(code).isEqualTo(1008);
  }

  @Test
  void readsThatEndAmidAFrame_areNotTakenForOneFrame() {
    byte[] two = new byte[2 * 12];
    System.arraycopy(frame(TEXT, 10), 0, two, 0, 12);
    System.arraycopy(frame(TEXT, 10), 0, two, 12, 12);
    feed(two, 0, 5);
    for (int i = 0; i < 10; i++) {
      pass(50);
      feed(two, 5, 17); // the rest of a frame, and the beginning of the next
    }

    assertThat(code).isZero();
    assertThat(taken.size()).isEqualTo(10 * 12);
  }

  @Test
  void fragmentsThatAreComplete_leaveTheNextMessageAllItsTime() {
    for (int i = 0; i < 5; i++) {
      feed(frame(FIRST, 1));
      pass(50);
      feed(frame(LAST, 1));
      pass(50);
    }

    assertThat(code).isZero();
  }
}
