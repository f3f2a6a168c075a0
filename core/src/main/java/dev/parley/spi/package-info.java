/**
 * What an adapter implements; start at {@link dev.parley.spi.ChannelProvider}.
 *
 * <p>Drivers are dumb and the engine is clever: a driver never retries, backs off, buffers,
 * measures or reconnects. The engine does, once, for all of them.
 */
package dev.parley.spi;
