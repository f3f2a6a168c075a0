package dev.parley;

/**
 * How one adapter carries an {@link Operation} or a {@link Topic}, such as {@code
 * Http.get("/orders/{id}")}. Implemented by adapters; an operation may have one of each kind.
 */
public interface Binding {}
