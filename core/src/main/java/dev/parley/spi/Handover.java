package dev.parley.spi;

import java.time.Duration;
import java.util.Set;

/** Whom a {@link PollLink} tells of lanes that its peer is about to give to somebody else. */
public interface Handover {
  /**
   * Lets go of lanes: what of them was not handed out is dropped; what is being handled is waited
   * for, at most this long, and settled by {@link Link#settle} of this link before this returns;
   * what is not settled by then is not settled by this link any more. To be called from within
   * {@link PollLink#poll}, on its thread.
   */
  void release(Set<String> lanes, Duration limit);
}
