package dev.parley.testkit.conformance;

import dev.parley.Channel;
import dev.parley.Parley;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the suites need to know of an adapter: how to reach a scripted peer through a network that
 * fails on command. A new one is made for each test.
 *
 * <p>The peer does what {@link #script()} says. The network is the {@link
 * dev.parley.testkit.fault.FaultProxy} for adapters with sockets. Everything optional has a default
 * that says "the adapter has no such thing", and the tests of it are skipped.
 */
public interface Harness extends AutoCloseable {
  /** Returns the name for reports, such as {@code rest over HTTP/2}. */
  String adapter();

  /** Returns the address of the peer, by way of the network that fails on command. */
  String uri();

  /** Gives a Parley what the adapter needs; it already has the codec of {@link Note}. */
  default Parley.Builder configure(Parley.Builder builder) {
    return builder;
  }

  /** Opens the peer. Defaults to {@link #uri()}. */
  default <C extends Channel> C open(Parley parley, Class<C> capability) {
    return parley.open(uri(), capability);
  }

  /** Returns what the peer does, and what it has seen. */
  PeerScript script();

  /** Returns what the peer of this adapter can do. Defaults to everything. */
  default Set<Act.Kind> acts() {
    return Set.of(Act.Kind.values());
  }

  /** Returns the troubles it can cause. */
  Set<Trouble> troubles();

  /**
   * Returns those of them that come at random, and often. Defaults to all; one that each attempt
   * waits through makes such a test as long as all of them together.
   */
  default Set<Trouble> randomTroubles() {
    return troubles();
  }

  /** Causes a trouble; it is in force when this returns. */
  void cause(Trouble trouble);

  /** Ends all troubles. */
  void heal();

  /** Returns whether the peer's hint of how long to wait reaches the caller. Defaults to true. */
  default boolean carriesHints() {
    return true;
  }

  /** Returns the shortest hint that the protocol can carry. Defaults to 1 s, as in HTTP. */
  default Duration shortestHint() {
    return Duration.ofSeconds(1);
  }

  /**
   * Returns whether the native client repairs a lost connection by itself, so that no subscription
   * hears of it. Defaults to false.
   */
  default boolean reconnectsItself() {
    return false;
  }

  /** Returns whether a codec on the class path takes every type. Defaults to false. */
  default boolean acceptsAnyType() {
    return false;
  }

  /** Returns whether headers reach the peer, see {@link #lastHeader}. Defaults to false. */
  default boolean carriesHeaders() {
    return false;
  }

  /** Returns the value of a header of the last request that arrived. */
  default Optional<String> lastHeader(String name) {
    return Optional.empty();
  }

  /** Returns whether the peer notices that a caller has gone away. Defaults to false. */
  default boolean noticesAbandonedCallers() {
    return false;
  }

  /** Returns how many connections the peer has, if it can tell. */
  default OptionalInt connections() {
    return OptionalInt.empty();
  }

  /** Returns whether a thread belongs to the peer or the network, not to the adapter. */
  default boolean isOwnThread(Thread thread) {
    return false;
  }

  /** Opens the peer with a native client that the user brought, see {@link #ownClient}. */
  default <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    return Optional.empty();
  }

  /** Returns the native client that {@link #openWithOwnClient} used. */
  default Optional<Object> ownClient() {
    return Optional.empty();
  }

  /** Opens the peer with a customizer of the native builder that runs the given code. */
  default <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    return Optional.empty();
  }

  /** Returns the type of the native client that a channel unwraps to. */
  default Optional<Class<?>> nativeClient() {
    return Optional.empty();
  }

  /** Returns the type of the native failure that an exception unwraps to when it is refused. */
  default Optional<Class<?>> nativeFailure() {
    return Optional.empty();
  }

  /** Stops peer and network, and lets everything held go. */
  @Override
  void close();
}
