package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The cases of the WPT suite {@code eventsource}, and more, each cut into pieces in every way. */
class EventParserTest {
  private static final class Heard implements EventParser.Sink {
    final List<String> all = new ArrayList<>();

    @Override
    public void event(String type, String id, String lastId, byte[] data) {
      String text = new String(data, StandardCharsets.UTF_8);
      all.add((type == null ? "" : type) + "|" + (lastId == null ? "" : lastId) + "|" + text);
    }

    @Override
    public void moved(String lastId) {
      all.add("moved " + lastId);
    }

    @Override
    public void retry(long millis) {
      all.add("retry " + millis);
    }

    @Override
    public void comment(byte[] bytes, int from, int to) {
      all.add("comment " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    @Override
    public MessageTooLargeException tooLarge(boolean isLine) {
      return new MessageTooLargeException(
          Failure.of(Kind.PERMANENT, Effect.POSSIBLE, isLine ? "a line" : "an event"));
    }
  }

  private static List<String> read(byte[] bytes, int... cuts) throws Exception {
    Heard heard = new Heard();
    EventParser parser = new EventParser(heard, null, 1000, 1000);
    int from = 0;
    for (int cut : cuts) {
      parser.read(bytes.clone(), from, cut);
      from = cut;
    }
    parser.read(bytes.clone(), from, bytes.length);
    return heard.all;
  }

  private static void assertReads(byte[] bytes, String... expected) throws Exception {
    assertThat(read(bytes)).as("in one piece").containsExactly(expected);
    for (int i = 0; i <= bytes.length; i++) {
      assertThat(read(bytes, i)).as("cut at %d", i).containsExactly(expected);
    }
    int[] each = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      each[i] = i;
    }
    assertThat(read(bytes, each)).as("byte by byte").containsExactly(expected);
  }

  private static void assertReads(String stream, String... expected) throws Exception {
    assertReads(stream.getBytes(StandardCharsets.UTF_8), expected);
  }

  @Test
  void CON_4_linesEndWithLfCrOrCrLfInAnyMixture() throws Exception {
    assertReads("data:1\n\ndata:2\r\rdata:3\r\n\r\n", "||1", "||2", "||3");
    assertReads("data:1\r\ndata:2\rdata:3\n\r", "||1\n2\n3");
    assertReads("data:a\r\n\ndata:b\n\r\n", "||a", "||b");
  }

  @Test
  void CON_4_anEventIsDeliveredAtTheReturnThatEndsIt() throws Exception {
    Heard heard = new Heard();
    byte[] bytes = "data:1\r\r".getBytes(StandardCharsets.UTF_8);
    new EventParser(heard, null, 1000, 1000).read(bytes, 0, bytes.length);

    assertThat(heard.all).containsExactly("||1");
  }

  @Test
  void CON_4_oneByteOrderMarkIsSkipped() throws Exception {
    assertReads("\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n", "||1", "||3");
    assertReads("\uFEFF\uFEFFdata:1\n\ndata:2\n\n", "||2");
  }

  @Test
  void CON_4_halfAByteOrderMarkIsNone() throws Exception {
    assertReads(new byte[] {(byte) 0xef, (byte) 0xbb, 'd', ':', '\n', '\n'});
    assertReads(new byte[] {(byte) 0xef, '\n', 'd', 'a', 't', 'a', '\n', '\n'}, "||");
  }

  @Test
  void CON_4_linesOfDataAreJoined() throws Exception {
    assertReads("data:1\ndata:2\ndata\ndata:4\n\n", "||1\n2\n\n4");
  }

  @Test
  void CON_4_emptyDataIsAnEventAndNoDataIsNone() throws Exception {
    assertReads("data\n\n", "||");
    assertReads("data:\n\n", "||");
    assertReads("data\ndata\n\n", "||\n");
    assertReads("event:x\n\ndata:1\n\n", "||1");
    assertReads("\n\n\n");
  }

  @Test
  void CON_4_oneSpaceAfterTheColonIsSkipped() throws Exception {
    assertReads("data: 1\n\ndata:  2\n\ndata:\t3\n\n", "||1", "|| 2", "||\t3");
    assertReads("data: \ndata:: x\n\n", "||\n: x");
  }

  @Test
  void CON_4_unknownFieldsAreIgnored() throws Exception {
    assertReads(
        "DATA:1\n data:2\ndata :3\n\0data:4\ndatax:5\ndat:6\nfoo\nevent :x\ndata:7\n\n", "||7");
  }

  @Test
  void CON_4_theTypeLastsForOneEvent() throws Exception {
    assertReads("event: a\nevent:b\ndata:1\n\ndata:2\n\n", "b||1", "||2");
    assertReads("event:a\nevent\ndata:1\n\n", "||1");
  }

  @Test
  void CON_4_theIdLastsUntilTheNext() throws Exception {
    assertReads("id:1\ndata:a\n\ndata:b\n\nid: 2\ndata:c\n\n", "|1|a", "|1|b", "|2|c");
  }

  @Test
  void CON_4_anIdWithoutDataMoves() throws Exception {
    assertReads("id:7\n\ndata:a\n\n", "moved 7", "|7|a");
  }

  @Test
  void CON_4_anEmptyIdResets() throws Exception {
    assertReads("id:1\ndata:a\n\nid\ndata:b\n\nid:\n\n", "|1|a", "||b", "moved ");
  }

  @Test
  void CON_4_anIdWithNulIsIgnored() throws Exception {
    assertReads("id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0\n\n", "|1|a", "|1|b");
  }

  @Test
  void CON_4_anIdOfACutBlockDoesNotCount() throws Exception {
    assertReads("id:1\ndata:a\n\nid:2\ndata:b\n", "|1|a");
  }

  @Test
  void CON_4_retryIsDigitsOnly() throws Exception {
    assertReads("retry:1000\n\n", "retry 1000");
    assertReads("retry: 007\ndata:1\n\n", "retry 7", "||1");
    assertReads("retry:-5\nretry:5x\nretry:\nretry\nretry:1.5\nretry:  5\nretry:٣\n\n");
    assertReads("retry:0\n", "retry 0");
    assertReads("retry:99999999999999999999\n", "retry " + Integer.MAX_VALUE);
  }

  @Test
  void CON_4_commentsAreToldAndDoNotEndAnEvent() throws Exception {
    assertReads("data:1\n: hi\n:\ndata:2\n\n", "comment hi", "comment ", "||1\n2");
  }

  @Test
  void CON_4_aCutEventIsDiscarded() throws Exception {
    assertReads("data:1\n\ndata:2\n", "||1");
    assertReads("data:1\n\ndata:2", "||1");
    assertReads("data:1\n\ndata", "||1");
    assertReads(":x\r", "comment x");
  }

  @Test
  void CON_4_malformedUtf8IsReplaced() throws Exception {
    byte[] bytes = {'d', 'a', 't', 'a', ':', 'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82, '\n'};
    byte[] whole = java.util.Arrays.copyOf(bytes, bytes.length + 1);
    whole[bytes.length] = '\n';

    assertReads(whole, "||a\uFFFDb\uFFFD");
  }

  @Test
  void CON_4_textBeyondAsciiIsKept() throws Exception {
    assertReads("event:é\nid:…\ndata:ok… 😀\n\n", "é|…|ok… 😀");
  }

  @Test
  void CON_4_aLineHasALimit() throws Exception {
    EventParser parser = new EventParser(new Heard(), null, 10, 1000);
    byte[] bytes = "data:12345\n".getBytes(StandardCharsets.UTF_8);
    parser.read(bytes, 0, bytes.length);

    for (String line : List.of("data:123456\n", "data:123456", ":1234567890", "01234567890")) {
      byte[] long1 = line.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(
              () -> new EventParser(new Heard(), null, 10, 1000).read(long1, 0, long1.length))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessage("a line");
    }
  }

  @Test
  void CON_4_anEventHasALimit() throws Exception {
    byte[] bytes = "data:12345\ndata:1234\n\ndata:12345\ndata:12345\n".getBytes();
    EventParser parser = new EventParser(new Heard(), null, 100, 10);

    assertThatThrownBy(() -> parser.read(bytes, 0, bytes.length))
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessage("an event");
  }

  @Test
  void survivesAnything() throws Exception {
    long seed = Long.getLong("parley.sse.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] alphabet = "data:event:id:retry: \r\n\r\n\n\0:x7".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      for (int at = 0; at < bytes.length; at++) {
        boolean any = random.nextInt(10) == 0;
        bytes[at] = any ? (byte) random.nextInt(256) : alphabet[random.nextInt(alphabet.length)];
      }
      int cut = random.nextInt(bytes.length + 1);
      assertThat(read(bytes, cut)).as("seed %d, round %d", seed, i).isEqualTo(read(bytes));
    }
  }
}
