/**
 * Polling and long polling as streams that deliver news only; start at {@link
 * dev.parley.polling.Poll}, which binds an operation, and at {@link
 * dev.parley.polling.PollingChannel}, which has the native options.
 */
package dev.parley.polling;
