/**
 * What every adapter must pass: one abstract JUnit class for each capability, and a small {@link
 * dev.parley.testkit.conformance.Harness} for each adapter. Start at {@link
 * dev.parley.testkit.conformance.CallConformance}.
 */
package dev.parley.testkit.conformance;
