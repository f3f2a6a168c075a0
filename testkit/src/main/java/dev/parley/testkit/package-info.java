/**
 * What users test their own code with: {@link dev.parley.testkit.MemoryTransport}, a peer in this
 * process, and {@link dev.parley.testkit.VirtualTime}, a clock that a test moves.
 */
package dev.parley.testkit;
