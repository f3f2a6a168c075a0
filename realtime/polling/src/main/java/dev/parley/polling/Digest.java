package dev.parley.polling;

import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.Position;
import dev.parley.ProtocolException;
import dev.parley.TransportException;
import dev.parley.TypeRef;
import dev.parley.http.HttpHeaders;
import dev.parley.http.Json;
import dev.parley.spi.Codecs;
import dev.parley.spi.Inbound;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is new in the answers to one link's polls, and marks the place behind each element.
 *
 * <p><b>Threads:</b> one thread.
 */
final class Digest {
  private static final String JSON = "application/json";
  private static final int HASH_BYTES = 8;

  private final BoundPoll bound;
  private final Poll poll;
  private final Codecs codecs;
  private final MessageDigest hashes = sha256();
  private Mark mark;
  private Set<String> snapshot = Set.of(); // what the last answer had, where nothing else tells
  private boolean isFirst = true;
  private boolean hasShrunk;

  // Of the answer at hand.
  private List<Inbound> news = new ArrayList<>();
  private Headers headers = Headers.empty();

  Digest(BoundPoll bound, Mark from) {
    this.bound = bound;
    this.poll = bound.poll;
    this.codecs = bound.transport.context().codecs();
    this.mark = from;
  }

  /** Returns the place behind all that was found. */
  Mark mark() {
    return mark;
  }

  /** Returns whether the first answer had less than had been delivered before. */
  boolean hasShrunk() {
    return hasShrunk;
  }

  /** Starts anew: the server no longer knows the place. */
  void restart() {
    mark = Mark.START;
  }

  /** Returns what is new in an answer that says something. */
  List<Inbound> newsOf(Answer answer) {
    news = new ArrayList<>();
    headers = HttpHeaders.from(answer.response().headers());
    if (poll.items() == null) {
      whole(answer);
    } else if (poll.way() == Poll.Way.SINCE) {
      since(answer, elements(answer));
    } else if (poll.resumes()) {
      behindCursor(answer, elements(answer));
    } else {
      unlikeBefore(answer, elements(answer));
    }
    isFirst = false;
    if (!mark.isEnd() && isEnd(answer)) {
      mark = mark.end();
      if (!news.isEmpty()) {
        place(news.get(news.size() - 1), mark);
      }
    }
    return news;
  }

  private void whole(Answer answer) {
    String etag = answer.validators().etag();
    List<String> hash = etag.isEmpty() ? List.of(hash(answer.body().toByteArray())) : List.of();
    boolean same =
        etag.isEmpty() ? mark.seen().equals(hash) : etag.equals(mark.validators().etag());
    String token = answer.next() == null ? mark.token() : answer.next();
    mark = new Mark(token, 0, answer.validators(), hash, false);
    if (!same) {
      String id = poll.id();
      add(
          answer.body(),
          id == null || answer.json() == null ? null : answer.json().text(id),
          answer,
          mark);
    }
  }

  private void behindCursor(Answer answer, List<Json> elements) {
    int from = mark.index();
    if (from > elements.size()) {
      if (!isFirst) {
        throw new TransportException(
            Failure.of(
                Kind.TRANSIENT,
                Effect.POSSIBLE,
                "an answer to " + bound.http + " has fewer elements than were delivered of it"));
      }
      hasShrunk = true;
      from = 0;
    }
    Mark page = mark;
    String next = answer.next();
    Mark behind =
        next == null || next.equals(page.token()) ? page.index(elements.size()) : Mark.at(next);
    for (int i = from; i < elements.size(); i++) {
      Mark after = i == elements.size() - 1 ? behind : page.index(i + 1);
      if (add(elements.get(i), answer, after)) {
        return;
      }
    }
    mark = behind;
  }

  private void since(Answer answer, List<Json> elements) {
    for (Json element : elements) {
      String value = element.text(poll.source());
      if (value == null) {
        throw malformed("has an element without a value at " + poll.source());
      }
      boolean same = value.equals(mark.token());
      if (!poll.isInclusive()) {
        if (same) {
          continue;
        }
        mark = Mark.at(value);
      } else {
        String hash = hash(element.toByteArray());
        if (same && mark.seen().contains(hash)) {
          continue;
        }
        List<String> seen = new ArrayList<>(same ? mark.seen() : List.of());
        seen.add(hash);
        mark = Mark.at(value).seen(seen);
      }
      if (add(element, answer, mark)) {
        return;
      }
    }
  }

  private void unlikeBefore(Answer answer, List<Json> elements) {
    String etag = answer.validators().etag();
    boolean known = isFirst && !etag.isEmpty() && etag.equals(mark.validators().etag());
    Set<String> now = new HashSet<>();
    Mark before = mark;
    Mark behind = new Mark("", 0, answer.validators(), List.of(), false);
    Inbound last = null;
    for (Json element : elements) {
      String hash = hash(element.toByteArray());
      if (now.add(hash) && !snapshot.contains(hash) && !known) {
        if (add(element, answer, before)) {
          return;
        }
        last = news.get(news.size() - 1);
      }
    }
    if (last != null) {
      place(last, behind);
    }
    snapshot = now;
    mark = behind;
  }

  private List<Json> elements(Answer answer) {
    Json items = answer.json() == null ? null : answer.json().at(String.valueOf(poll.items()));
    if (items == null || !items.isArray()) {
      throw malformed(
          "has no array "
              + (String.valueOf(poll.items()).isEmpty() ? "as its body" : "at " + poll.items())
              + ": set where it is by Poll.items(pointer)");
    }
    return items.elements();
  }

  private boolean add(Json element, Answer answer, Mark after) {
    String id = poll.id();
    return add(
        Payload.of(element.toByteArray(), JSON),
        id == null ? null : element.text(id),
        answer,
        after);
  }

  /** Adds an element; returns whether it is the one to end with. */
  private boolean add(Payload payload, @Nullable String id, Answer answer, Mark after) {
    boolean ends = holds(poll.until(), payload);
    Inbound inbound = new Inbound(payload).headers(headers).id(id).nativeMessage(answer.response());
    place(inbound, ends ? after.end() : after);
    news.add(inbound);
    if (ends) {
      mark = after.end();
    }
    return ends;
  }

  private static void place(Inbound inbound, Mark after) {
    inbound.position(Position.SINGLE_LANE, after.isStart() ? null : after.text());
  }

  private <T> boolean holds(Poll.@Nullable Until<T> until, Payload payload) {
    if (until == null) {
      return false;
    }
    T value;
    try {
      value = codecs.decode(TypeRef.of(until.type()), payload);
    } catch (CodecException e) {
      return false; // the subscriber hears of it
    }
    return until.condition().test(value);
  }

  private boolean isEnd(Answer answer) {
    String pointer = poll.untilPointer();
    String value = pointer == null || answer.json() == null ? null : answer.json().text(pointer);
    return value != null && poll.untilValues().contains(value);
  }

  private ProtocolException malformed(String why) {
    return new ProtocolException(
        Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "an answer to " + bound.http + " " + why));
  }

  private String hash(byte[] bytes) {
    return HexFormat.of().formatHex(hashes.digest(bytes), 0, HASH_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
