package dev.parley.samples.shop;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;

import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.Script;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What the network and the shop do wrong in the course of a run, drawn from a seed.
 *
 * <p>The same seed is the same trouble for every client, whatever the order in which its threads
 * come: what happens to a request depends on the seed, the order it is about and how often that
 * order has arrived; what happens to a connection depends on the seed and on how many there were
 * before.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Weather {
  /** From the beginning of a run to its end. */
  static final List<Spell> SPELLS =
      List.of(
          new Spell("clear sky", 8, Odds.NONE, false, 0, false),
          new Spell("the shop is busy", 20, new Odds(4, 2, 4, 1), false, 0, false),
          new Spell("answers get lost", 20, Odds.NONE, true, 0, false),
          new Spell("the line is down", 12, Odds.NONE, false, 4, false),
          new Spell("the shop restarts", 12, Odds.NONE, false, 0, true),
          new Spell("storm", 20, new Odds(3, 1, 3, 1), true, 2, false),
          new Spell("clearing up", 8, Odds.NONE, false, 0, false));

  /** An answer of the shop has some 250 bytes, so a connection lives for up to 12 of them. */
  private static final int LONGEST_LIFE = 3_000;

  private final long seed;

  Weather(long seed) {
    this.seed = seed;
  }

  /**
   * Returns what goes wrong with a request inside the shop.
   *
   * @param order the order that it is about
   * @param arrival how often that order has arrived, from 1
   */
  Mishap mishap(Spell spell, String order, int arrival) {
    SplittableRandom random = new SplittableRandom(seed ^ (31L * order.hashCode() + arrival));
    return spell.odds.pick(random.nextInt(100));
  }

  /** Returns what happens to the connections that are made during a spell. */
  Script connections(Spell spell) {
    if (!spell.cutsAnswers) {
      return Script.none();
    }
    SplittableRandom random = new SplittableRandom(seed ^ spell.name.hashCode());
    Map<Fault, Integer> faults = new HashMap<>();
    // The shop has done its work, and not a byte of its answer arrives.
    faults.put(Fault.resetAfter(TO_CLIENT, 0), 3);
    faults.put(Fault.blackholeAfter(TO_CLIENT, random.nextInt(LONGEST_LIFE)), 1);
    for (int i = 0; i < 6; i++) {
      faults.put(Fault.resetAfter(TO_CLIENT, 1 + random.nextInt(LONGEST_LIFE)), 1);
      faults.put(Fault.truncateAfter(1 + random.nextInt(LONGEST_LIFE)), 1);
    }
    return Script.randomly(seed, faults);
  }

  /**
   * One part of a run.
   *
   * @param name what it is called in the progress line
   * @param percent its share of the run
   * @param odds what goes wrong inside the shop
   * @param cutsAnswers whether connections are cut in the middle of answers
   * @param outages how often all connections are reset and new ones refused for a while
   * @param restarts whether the shop is killed and started again
   */
  record Spell(
      String name, int percent, Odds odds, boolean cutsAnswers, int outages, boolean restarts) {
    /** Returns how long it lasts. */
    Duration share(Duration run) {
      return run.multipliedBy(percent).dividedBy(100);
    }
  }

  /** How many of 100 requests meet each mishap. */
  record Odds(int busy, int throttled, int busyAfterPlacing, int slow) {
    static final Odds NONE = new Odds(0, 0, 0, 0);

    private Mishap pick(int ticket) {
      int left = ticket - busy;
      if (left < 0) {
        return Mishap.BUSY;
      }
      left -= throttled;
      if (left < 0) {
        return Mishap.THROTTLED;
      }
      left -= busyAfterPlacing;
      if (left < 0) {
        return Mishap.BUSY_AFTER_PLACING;
      }
      return left < slow ? Mishap.SLOW : Mishap.NONE;
    }
  }
}
