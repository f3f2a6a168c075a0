/**
 * Any queue or stream to any channel that sends: {@link dev.parley.relay.Relay} is the entry point.
 */
package dev.parley.relay;
