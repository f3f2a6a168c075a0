package dev.parley.testkit.history;

import java.util.List;
import java.util.Set;

/**
 * What a {@link HistoryChecker} found.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @since 0.1
 */
public final class HistoryReport {
  private static final int SHOWN = 20;

  private final String summary;
  private final Set<Rule> rules;
  private final List<Violation> violations;

  HistoryReport(String summary, Set<Rule> rules, List<Violation> violations) {
    this.summary = summary;
    this.rules = rules;
    this.violations = List.copyOf(violations);
  }

  /** Returns whether every promise was kept. */
  public boolean isClean() {
    return violations.isEmpty();
  }

  /** Returns the broken promises, rule by rule, in the order of the operations or of time. */
  public List<Violation> violations() {
    return violations;
  }

  /** Throws an {@link AssertionError} with this report if a promise was broken. */
  public void assertClean() {
    if (!isClean()) {
      throw new AssertionError(toString());
    }
  }

  /** Returns what was checked, and the first 20 violations. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(summary);
    text.append('\n').append(isClean() ? "kept: " : "checked: ").append(rules);
    violations.stream().limit(SHOWN).forEach(violation -> text.append("\n- ").append(violation));
    if (violations.size() > SHOWN) {
      text.append("\n- and ").append(violations.size() - SHOWN).append(" more");
    }
    return text.toString();
  }
}
