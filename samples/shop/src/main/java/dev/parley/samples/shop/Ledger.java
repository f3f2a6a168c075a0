package dev.parley.samples.shop;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was asked for and what the caller was told, to be held against the rows of the shop's
 * database in the end.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Ledger {
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /** Notes that an order is wanted; until told otherwise its outcome is unknown. */
  void asked(NewOrder order) {
    Answer nothingYet = Answer.without(Answer.Told.UNKNOWN, 0);
    if (answers.putIfAbsent(order.reference(), nothingYet) != null) {
      throw new IllegalStateException(order.reference() + " was asked for already");
    }
  }

  /** Notes what the caller was told. */
  void told(NewOrder order, Answer answer) {
    if (answers.replace(order.reference(), answer) == null) {
      throw new IllegalStateException(order.reference() + " was never asked for");
    }
  }

  /** Compares the notes with the rows of the shop's database. */
  Audit audit(Collection<Order> rows) {
    Map<String, Set<Order>> found = new HashMap<>();
    rows.forEach(row -> found.computeIfAbsent(row.reference(), none -> new HashSet<>()).add(row));
    Audit audit = Audit.NONE;
    for (Map.Entry<String, Answer> entry : answers.entrySet()) {
      Set<Order> placed = found.remove(entry.getKey());
      audit = audit.plus(judge(entry.getValue(), placed == null ? Set.of() : placed));
    }
    // What is left in the shop was never asked for, at least not under that name.
    long strangers = found.values().stream().mapToLong(Set::size).sum();
    return audit.plus(new Audit(0, 0, strangers, 0, 0, 0, 0));
  }

  private static Audit judge(Answer answer, Set<Order> rows) {
    boolean isThere = !rows.isEmpty();
    Order confirmed = answer.order();
    boolean isFalseYes = answer.told() == Answer.Told.PLACED && !rows.contains(confirmed);
    return new Audit(
        1,
        isThere ? 1 : 0,
        isThere ? rows.size() - 1 : 0,
        isThere ? 0 : 1,
        isFalseYes ? 1 : 0,
        answer.told() == Answer.Told.FAILED && isThere ? 1 : 0,
        answer.told() == Answer.Told.UNKNOWN ? 1 : 0);
  }

  /**
   * The truth about a run.
   *
   * @param asked orders that were wanted
   * @param placed orders of these that the shop has, once or more often
   * @param duplicated rows beyond the first of each order, and rows that nobody asked for
   * @param lost orders that the shop does not have, whatever the caller was told
   * @param falseYes orders that the caller was told are placed, and the shop has not what it was
   *     told
   * @param falseNo orders that the caller was told have failed, and the shop has them
   * @param unknown orders of which the caller was told, in the end, that the outcome is not known
   */
  record Audit(
      long asked,
      long placed,
      long duplicated,
      long lost,
      long falseYes,
      long falseNo,
      long unknown) {
    static final Audit NONE = new Audit(0, 0, 0, 0, 0, 0, 0);

    /** Returns whether every order is there, once, and no caller was told what is not true. */
    boolean isExact() {
      return lost == 0 && duplicated == 0 && falseYes == 0 && falseNo == 0;
    }

    Audit plus(Audit other) {
      return new Audit(
          asked + other.asked,
          placed + other.placed,
          duplicated + other.duplicated,
          lost + other.lost,
          falseYes + other.falseYes,
          falseNo + other.falseNo,
          unknown + other.unknown);
    }
  }
}
