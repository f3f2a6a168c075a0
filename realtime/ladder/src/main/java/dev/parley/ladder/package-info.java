/**
 * One stream over several endpoints, the best that can be had; start at {@link
 * dev.parley.ladder.LadderChannel}.
 */
package dev.parley.ladder;
