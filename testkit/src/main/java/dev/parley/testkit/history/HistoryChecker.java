package dev.parley.testkit.history;

import static dev.parley.testkit.history.History.Kind.CLOSED;
import static dev.parley.testkit.history.History.Kind.FAIL;
import static dev.parley.testkit.history.History.Kind.GAP;
import static dev.parley.testkit.history.History.Kind.INFO;
import static dev.parley.testkit.history.History.Kind.INVOKE;
import static dev.parley.testkit.history.History.Kind.OK;
import static dev.parley.testkit.history.History.Kind.RESUMED;
import static dev.parley.testkit.history.History.Kind.SAW;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import dev.parley.testkit.history.History.Entry;
import dev.parley.testkit.history.History.Kind;
import dev.parley.testkit.history.History.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a {@link History} to its promises.
 *
 * <pre>{@code
 * HistoryChecker.check(history, Rule.EFFECTIVELY_ONCE, Rule.ANSWERED_ONCE).assertClean();
 * }</pre>
 *
 * <p>Check when the run is over: after every operation was answered and the last message has had
 * time to arrive.
 *
 * @since 0.1
 */
public final class HistoryChecker {
  private static final int SHOWN = 5;

  private final History history;
  private final List<Operation> operations;
  private final List<Entry> entries;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<Long, List<Entry>> answers;
  private final Map<String, List<Operation>> byKey;

  private HistoryChecker(History history) {
    this.history = history;
    // Entries first: an entry may speak of an operation that is invoked in between, never the
    // reverse.
    this.entries = history.entries();
    this.operations = history.operations();
    this.answers =
        entries.stream()
            .filter(entry -> entry.kind() == OK || entry.kind() == FAIL || entry.kind() == INFO)
            .collect(groupingBy(Entry::id));
    this.byKey = operations.stream().collect(groupingBy(Operation::key));
  }

  /**
   * Checks what every witness of a history saw.
   *
   * @throws IllegalArgumentException if a rule is about what was seen and there is no witness: it
   *     would be kept whatever happened
   */
  public static HistoryReport check(History history, Rule... rules) {
    List<Witness> witnesses = history.witnesses();
    Set<Rule> checked = rules(rules);
    if (witnesses.isEmpty() && !checked.equals(EnumSet.of(Rule.ANSWERED_ONCE))) {
      throw new IllegalArgumentException(
          history
              + " has no witness, so "
              + checked
              + " cannot be judged;"
              + " record what is seen with history.witness(name).saw(id)");
    }
    return new HistoryChecker(history).check(witnesses, checked);
  }

  /** Checks what one witness saw, for histories whose witnesses were promised different things. */
  public static HistoryReport check(Witness witness, Rule... rules) {
    return new HistoryChecker(witness.history()).check(List.of(witness), rules(rules));
  }

  private static Set<Rule> rules(Rule... rules) {
    if (rules.length == 0) {
      throw new IllegalArgumentException("name at least one rule to check");
    }
    return EnumSet.copyOf(Arrays.asList(rules));
  }

  private HistoryReport check(List<Witness> witnesses, Set<Rule> rules) {
    List<String> summary = new ArrayList<>();
    summary.add(history.title() + ": " + answersInWords());
    if (rules.contains(Rule.ANSWERED_ONCE)) {
      checkAnsweredOnce();
    }
    for (Witness witness : witnesses) {
      Testimony testimony = new Testimony(witness);
      summary.add(testimony.inWords());
      testimony.check(rules);
    }
    return new HistoryReport(String.join("\n", summary), rules, violations);
  }

  private void checkAnsweredOnce() {
    for (Operation operation : operations) {
      int count = answers(operation.id()).size();
      if (count != 1) {
        violations.add(
            new Violation(
                Rule.ANSWERED_ONCE,
                "",
                operation.id(),
                operation + (count == 0 ? " was never answered" : answerInWords(operation.id()))));
      }
    }
  }

  private List<Entry> answers(long id) {
    return answers.getOrDefault(id, List.of());
  }

  private boolean wasAnswered(Kind kind, long id) {
    return answers(id).stream().anyMatch(entry -> entry.kind() == kind);
  }

  private String answerInWords(long id) {
    List<Entry> all = answers(id);
    return all.isEmpty()
        ? " was never answered"
        : all.stream()
            .map(entry -> inWords(entry.kind()) + " at " + entry.time())
            .collect(joining(" and ", " was answered ", ""));
  }

  private String answersInWords() {
    Map<Kind, Long> counts =
        operations.stream()
            .map(operation -> answers(operation.id()))
            .collect(groupingBy(all -> all.isEmpty() ? INVOKE : all.get(0).kind(), counting()));
    return Stream.of(OK, FAIL, INFO, INVOKE)
        .filter(counts::containsKey)
        .map(kind -> counts.get(kind) + " " + inWords(kind))
        .collect(joining(", ", operations.size() + " operations (", ")"));
  }

  private static String inWords(Kind answer) {
    return switch (answer) {
      case OK -> "ok";
      case FAIL -> "failed";
      case INFO -> "open";
      default -> "unanswered";
    };
  }

  /** What one witness recorded. */
  private final class Testimony {
    private final Witness witness;
    private final List<Integer> indexes = new ArrayList<>(); // of this witness's entries
    private final Map<Long, List<Entry>> sightings = new TreeMap<>();

    Testimony(Witness witness) {
      this.witness = witness;
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        if (witness.equals(entry.witness())) {
          indexes.add(i);
          if (entry.kind() == SAW) {
            sightings.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
          }
        }
      }
    }

    String inWords() {
      return "%s: %d sightings of %d operations, %d connections, %d gaps, %s"
          .formatted(
              witness,
              count(SAW),
              sightings.size(),
              count(RESUMED),
              count(GAP),
              count(CLOSED) > 0 ? "closed" : "not closed");
    }

    private long count(Kind kind) {
      return indexes.stream().filter(index -> entries.get(index).kind() == kind).count();
    }

    void check(Set<Rule> rules) {
      nothingInvented();
      for (Rule rule : rules) {
        switch (rule) {
          case AT_MOST_ONCE -> atMostOnce(rule);
          case AT_LEAST_ONCE -> atLeastOnce(rule);
          case EFFECTIVELY_ONCE -> {
            atLeastOnce(rule);
            atMostOnce(rule);
            honestFailures(rule);
          }
          case HONEST_FAILURES -> honestFailures(rule);
          case PER_KEY_ORDER -> perKeyOrder();
          case NOTHING_AFTER_CLOSE -> nothingAfterClose();
          case RESUMED_FIRST -> resumedFirst();
          case GAPS_REPORTED -> gapsReported();
          case ANSWERED_ONCE, NOTHING_INVENTED -> {} // not about one witness; done already
        }
      }
    }

    private void nothingInvented() {
      for (Map.Entry<Long, List<Entry>> seen : sightings.entrySet()) {
        if (operation(seen.getKey()) == null) {
          violate(
              Rule.NOTHING_INVENTED,
              seen.getKey(),
              "operation "
                  + seen.getKey()
                  + " was never invoked, but"
                  + timesSeen(seen.getValue()));
        }
      }
    }

    private void atMostOnce(Rule rule) {
      sightings.forEach((id, seen) -> {
        if (seen.size() > 1) {
          violate(rule, id, subject(id) + timesSeen(seen) + "; it" + answerInWords(id));
        }
      });
    }

    private void atLeastOnce(Rule rule) {
      for (Operation operation : operations) {
        if (wasAnswered(OK, operation.id()) && !sightings.containsKey(operation.id())) {
          violate(
              rule,
              operation.id(),
              operation + answerInWords(operation.id()) + ", but was never seen");
        }
      }
    }

    private void honestFailures(Rule rule) {
      sightings.forEach((id, seen) -> {
        if (wasAnswered(FAIL, id)) {
          violate(
              rule, id, subject(id) + answerInWords(id) + " without effect, but" + timesSeen(seen));
        }
      });
    }

    private void perKeyOrder() {
      Map<String, Operation> latest = new HashMap<>();
      Set<Long> known = new HashSet<>();
      for (int index : indexes) {
        Entry entry = entries.get(index);
        Operation operation = entry.kind() == SAW ? operation(entry.id()) : null;
        if (operation == null || !known.add(operation.id())) {
          continue;
        }
        Operation before = latest.get(operation.key());
        if (before == null || before.sequence() < operation.sequence()) {
          latest.put(operation.key(), operation);
        } else {
          violate(
              Rule.PER_KEY_ORDER,
              operation.id(),
              operation + " was first seen at " + entry.time() + ", after the later " + before);
        }
      }
    }

    private void nothingAfterClose() {
      Entry closed = null;
      for (int index : indexes) {
        Entry entry = entries.get(index);
        if (entry.kind() == CLOSED) {
          closed = closed == null ? entry : closed;
        } else if (closed != null && (entry.kind() == SAW || entry.kind() == RESUMED)) {
          violate(
              Rule.NOTHING_AFTER_CLOSE,
              entry.id(),
              (entry.kind() == SAW
                      ? subject(entry.id()) + " was seen"
                      : "connection " + entry.connection() + " was announced")
                  + " at "
                  + entry.time()
                  + ", after close returned at "
                  + closed.time());
        }
      }
    }

    private void resumedFirst() {
      Set<Integer> announced = new HashSet<>();
      Set<Integer> begun = new HashSet<>();
      for (int index : indexes) {
        Entry entry = entries.get(index);
        int connection = entry.connection();
        if (entry.kind() == RESUMED && !announced.add(connection)) {
          violate(
              Rule.RESUMED_FIRST,
              0,
              "connection " + connection + " was announced again at " + entry.time());
        }
        if (entry.kind() == SAW && begun.add(connection) && !announced.contains(connection)) {
          violate(
              Rule.RESUMED_FIRST,
              entry.id(),
              subject(entry.id())
                  + " was seen at "
                  + entry.time()
                  + (connection == 0
                      ? " on no known connection: record it with saw(id, connection)"
                      : " on connection " + connection + ", which was not announced before"));
        }
      }
    }

    private void gapsReported() {
      Map<String, Operation> latest = new HashMap<>();
      Map<String, Integer> holes = new HashMap<>();
      Set<Long> known = new HashSet<>();
      int gaps = 0;
      for (int index : indexes) {
        Entry entry = entries.get(index);
        gaps += entry.kind() == GAP ? 1 : 0;
        Operation operation = entry.kind() == SAW ? operation(entry.id()) : null;
        if (operation == null) {
          continue;
        }
        known.add(operation.id());
        Operation before = latest.get(operation.key());
        if (before != null && operation.sequence() <= before.sequence()) {
          continue;
        }
        List<Operation> missing = missing(before, operation, known);
        if (!missing.isEmpty() && holes.merge(operation.key(), 1, Integer::sum) > gaps) {
          reportMissing(operation, entry, missing);
        }
        latest.put(operation.key(), operation);
      }
    }

    private List<Operation> missing(
        @Nullable Operation before, Operation operation, Set<Long> known) {
      int begin = indexes.get(0);
      return byKey
          .getOrDefault(operation.key(), List.of())
          .subList(before == null ? 0 : before.sequence(), operation.sequence() - 1)
          .stream()
          .filter(skipped -> skipped.index() > begin && !known.contains(skipped.id()))
          .filter(skipped -> wasAnswered(OK, skipped.id()))
          .toList();
    }

    private void reportMissing(Operation operation, Entry sighting, List<Operation> missing) {
      violate(
          Rule.GAPS_REPORTED,
          missing.get(0).id(),
          "before %s was seen at %s, %d answered ok were skipped and no gap was reported: %s%s"
              .formatted(
                  operation,
                  sighting.time(),
                  missing.size(),
                  missing.stream().limit(SHOWN).map(Operation::toString).collect(joining(", ")),
                  missing.size() > SHOWN ? ", …" : ""));
    }

    private @Nullable Operation operation(long id) {
      return id < 1 || id > operations.size() ? null : operations.get((int) id - 1);
    }

    private String subject(long id) {
      Operation operation = operation(id);
      return operation == null ? "operation " + id : operation.toString();
    }

    private String timesSeen(List<Entry> seen) {
      return seen.stream()
          .map(Entry::time)
          .collect(
              joining(
                  ", ", " was seen " + (seen.size() == 1 ? "at " : seen.size() + " times: "), ""));
    }

    private void violate(Rule rule, long id, String message) {
      violations.add(new Violation(rule, witness.name(), id, message));
    }
  }
}
