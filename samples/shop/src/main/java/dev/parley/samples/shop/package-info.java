/**
 * The demo: a small shop, the weather between it and its clients, and the count of what became of
 * every order. Start at {@link dev.parley.samples.shop.Demo}.
 */
@NullMarked
package dev.parley.samples.shop;

import org.jspecify.annotations.NullMarked;
