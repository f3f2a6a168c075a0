/**
 * Judges from a record of what was asked and what was seen whether promises were kept: write a
 * {@link dev.parley.testkit.history.History}, then ask the {@link
 * dev.parley.testkit.history.HistoryChecker}.
 */
package dev.parley.testkit.history;
