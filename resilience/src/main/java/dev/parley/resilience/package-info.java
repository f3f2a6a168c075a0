/**
 * Resilience4j in the stages of the engine; start at {@link
 * dev.parley.resilience.Resilience4jStages}.
 */
package dev.parley.resilience;
