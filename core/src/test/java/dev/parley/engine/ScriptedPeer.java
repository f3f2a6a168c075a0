package dev.parley.engine;

import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.spi.Attempt;
import dev.parley.spi.ChannelProvider;
import java.util.List;

/** {@link ScriptedCalls} for tests in other packages. */
public final class ScriptedPeer {
  private final ScriptedCalls calls = new ScriptedCalls();

  public ChannelProvider provider() {
    return calls;
  }

  public void failOnce() {
    calls.then(ScriptedCalls.failSent(Kind.TRANSIENT));
  }

  /** Returns the headers of each attempt. */
  public List<Headers> headers() {
    return calls.attempts.stream().map(Attempt::headers).toList();
  }
}
