package dev.parley.samples.shop;

/**
 * Something that has happened, as it is told by way of a broker.
 *
 * @param number counts what happened, from 0
 * @param about whose it is: what is about the same keeps its order
 */
record Event(long number, String about) {}
