package dev.parley.testkit.history;

/**
 * One broken promise.
 *
 * @param rule the promise
 * @param witness the name of the witness; empty where none was needed
 * @param operation the number of the operation; 0 where it is not about one
 * @param message what happened, with times counted from the start of the history
 * @since 0.1
 */
public record Violation(Rule rule, String witness, long operation, String message) {

  /** Returns the rule and the message. */
  @Override
  public String toString() {
    return rule + (witness.isEmpty() ? "" : " at " + witness) + ": " + message;
  }
}
