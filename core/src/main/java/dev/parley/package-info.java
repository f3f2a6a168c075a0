/**
 * One API for every pattern of communication between programs; start at {@link dev.parley.Parley}.
 *
 * <p>A {@link dev.parley.Channel} is a long-lived, thread-safe endpoint of one of five
 * capabilities: {@link dev.parley.CallChannel}, {@link dev.parley.SendChannel}, {@link
 * dev.parley.StreamChannel}, {@link dev.parley.QueueChannel} and {@link dev.parley.DuplexChannel}.
 * What an endpoint cannot do, its type does not have.
 */
package dev.parley;
