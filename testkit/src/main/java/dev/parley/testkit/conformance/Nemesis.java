package dev.parley.testkit.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Causes random troubles that pass by themselves or with the next step. */
final class Nemesis {
  private static final List<Trouble> CHOICE =
      List.of(Trouble.REFUSE, Trouble.CUT, Trouble.CUT_REPLY, Trouble.TRUNCATE_REPLY);

  private final Harness harness;
  private final Random random;
  private final List<Trouble> possible;
  private final List<String> log = new ArrayList<>();

  Nemesis(Harness harness, Random random) {
    this.harness = harness;
    this.random = random;
    this.possible = CHOICE.stream().filter(harness.randomTroubles()::contains).toList();
  }

  /** Ends the last trouble or causes the next. */
  synchronized void strike() {
    if (possible.isEmpty() || random.nextInt(3) == 0) {
      log.add("heal");
      harness.heal();
      return;
    }
    Trouble trouble = possible.get(random.nextInt(possible.size()));
    log.add(trouble.name());
    harness.cause(trouble);
  }

  /** Ends the last trouble and cuts all connections, so that others take their place. */
  synchronized void cut() {
    harness.heal();
    if (possible.contains(Trouble.CUT)) {
      log.add("heal, cut");
      harness.cause(Trouble.CUT);
    }
  }

  @Override
  public synchronized String toString() {
    return "troubles " + log;
  }
}
