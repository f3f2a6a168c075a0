package dev.parley.testkit.conformance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the peer of a harness shall do, and what it has seen. The suite writes it; the harness's
 * server asks {@link #arrived} for each request, does what that says, and tells of callers that
 * went away by {@link #abandoned}.
 *
 * <p>It also keeps what the peer's actions would have changed: an effect for each request that was
 * acted on, but one only for each idempotency key, as a peer that honours keys has it.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class PeerScript {
  private final Deque<Act> next = new ArrayDeque<>();
  private final List<String> keys = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private final Set<String> honoured = new HashSet<>();
  private final Map<String, Integer> effects = new HashMap<>();
  private Act otherwise = Act.ECHO;
  private CompletableFuture<Void> released = new CompletableFuture<>();
  private int abandoned;

  /** Creates a script: everything is echoed. */
  public PeerScript() {}

  /** Sets what the peer does with the next requests, one for each. */
  public synchronized void next(Act... acts) {
    next.addAll(List.of(acts));
  }

  /** Sets what it does with all others. Defaults to {@link Act#ECHO}. */
  public synchronized void otherwise(Act act) {
    otherwise = act;
  }

  /**
   * A request or message has arrived in full. For the harness's server.
   *
   * @param note what it says
   * @param key the idempotency key that came along, or null
   * @return what to do with it
   */
  public synchronized Act arrived(Note note, @Nullable String key) {
    notes.add(note);
    keys.add(key == null ? "" : key);
    Act act = next.isEmpty() ? otherwise : next.remove();
    boolean acts = act.kind() != Act.Kind.DECLINE && act.kind() != Act.Kind.FORBID;
    if (acts && (key == null || honoured.add(key))) {
      effects.merge(note.id(), 1, Integer::sum);
    }
    return act;
  }

  /** The caller of a request went away before it was answered. For the harness's server. */
  public synchronized void abandoned() {
    abandoned++;
  }

  /** Returns what completes when held requests are let go. For the harness's server. */
  public synchronized CompletableFuture<Void> released() {
    return released.copy();
  }

  /** Lets all held requests go. */
  public void release() {
    CompletableFuture<Void> current;
    synchronized (this) {
      current = released;
      released = new CompletableFuture<>();
    }
    current.complete(null);
  }

  /** Returns how many requests have arrived. */
  public synchronized int arrivals() {
    return notes.size();
  }

  /** Returns how many requests with this note have arrived. */
  public synchronized int arrivals(String id) {
    return (int) notes.stream().filter(note -> note.id().equals(id)).count();
  }

  /** Returns what has arrived, in order. */
  public synchronized List<Note> notes() {
    return List.copyOf(notes);
  }

  /** Returns the idempotency keys in the order of arrival; empty text for none. */
  public synchronized List<String> keys() {
    return List.copyOf(keys);
  }

  /** Returns how often a note was acted on. */
  public synchronized int effects(String id) {
    return effects.getOrDefault(id, 0);
  }

  /** Returns how many callers went away before they were answered. */
  public synchronized int abandonedCallers() {
    return abandoned;
  }
}
