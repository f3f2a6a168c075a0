/**
 * Server-sent events as a stream: {@link dev.parley.sse.SseChannel}, or {@code
 * parley.open("sse+https://…", StreamChannel.class)}.
 */
package dev.parley.sse;
