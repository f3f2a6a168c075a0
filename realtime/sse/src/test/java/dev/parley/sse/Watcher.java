package dev.parley.sse;

import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what a subscription tells. */
final class Watcher implements StateListener {
  final List<StateChange> changes = new CopyOnWriteArrayList<>();
  final List<Resumed> resumes = new CopyOnWriteArrayList<>();

  @Override
  public void changed(StateChange change) {
    changes.add(change);
  }

  @Override
  public void resumed(Resumed resumed) {
    resumes.add(resumed);
  }

  boolean hasReached(State state) {
    return changes.stream().anyMatch(change -> change.to() == state);
  }
}
