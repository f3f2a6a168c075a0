/**
 * What is kept across a crash: whether something was handled already ({@link
 * dev.parley.store.IdempotencyStore}), and messages that came in or shall go out ({@link
 * dev.parley.store.MessageStore}). A store implements both; who uses them does not know which
 * database it is.
 */
package dev.parley.store;
