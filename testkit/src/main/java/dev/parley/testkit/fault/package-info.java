/** Breaks real TCP connections on purpose: start at {@link dev.parley.testkit.fault.FaultProxy}. */
package dev.parley.testkit.fault;
