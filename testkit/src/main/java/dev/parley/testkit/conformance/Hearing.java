package dev.parley.testkit.conformance;

import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import java.util.ArrayList;
import java.util.List;

/** Notes what a subscription tells, and what it hands out, in order. */
final class Hearing implements StateListener {
  private final List<Object> events = new ArrayList<>();
  private final List<Resumed> resumes = new ArrayList<>();
  private final List<State> states = new ArrayList<>();
  private final List<String> handed = new ArrayList<>();

  @Override
  public synchronized void changed(StateChange change) {
    events.add(change.to());
    states.add(change.to());
  }

  @Override
  public synchronized void resumed(Resumed resumed) {
    events.add(resumed);
    resumes.add(resumed);
  }

  synchronized void handed(String id) {
    events.add(id);
    handed.add(id);
  }

  synchronized List<Resumed> resumes() {
    return List.copyOf(resumes);
  }

  synchronized List<State> states() {
    return List.copyOf(states);
  }

  synchronized List<String> handed() {
    return List.copyOf(handed);
  }

  /** Returns everything in order: {@link State}, {@link Resumed} and the ids as text. */
  synchronized List<Object> events() {
    return List.copyOf(events);
  }

  synchronized boolean hasReached(State state) {
    return states.contains(state);
  }
}
