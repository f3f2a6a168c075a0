package dev.parley;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What an endpoint promises, known once it is open; the conformance kit proves it.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Features {
  private final Guarantee guarantee;
  private final Ordering ordering;
  private final BackPressure backPressure;
  private final Map<Feature, Support> support;

  private Features(
      Guarantee guarantee,
      Ordering ordering,
      BackPressure backPressure,
      Map<Feature, Support> support) {
    this.guarantee = Objects.requireNonNull(guarantee, "guarantee");
    this.ordering = Objects.requireNonNull(ordering, "ordering");
    this.backPressure = Objects.requireNonNull(backPressure, "backPressure");
    this.support = support;
  }

  /** Returns features with none of the set; add them by {@link #with}. */
  public static Features of(Guarantee guarantee, Ordering ordering, BackPressure backPressure) {
    return new Features(guarantee, ordering, backPressure, Map.of());
  }

  /** Returns these features with who provides one of them. */
  public Features with(Feature feature, Support by) {
    Map<Feature, Support> copy = new EnumMap<>(Feature.class);
    copy.putAll(support);
    copy.put(feature, by);
    return new Features(guarantee, ordering, backPressure, Collections.unmodifiableMap(copy));
  }

  /** Returns how often a message has its effect. */
  public Guarantee guarantee() {
    return guarantee;
  }

  /** Returns which messages keep their order. */
  public Ordering ordering() {
    return ordering;
  }

  /** Returns how a slow consumer holds back the peer. */
  public BackPressure backPressure() {
    return backPressure;
  }

  /** Returns who provides a feature; {@link Support#ABSENT} if nobody does. */
  public Support support(Feature feature) {
    return support.getOrDefault(feature, Support.ABSENT);
  }

  /** Returns whether a feature can be had, native or emulated. */
  public boolean has(Feature feature) {
    return support(feature) != Support.ABSENT;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Features that
        && guarantee == that.guarantee
        && ordering == that.ordering
        && backPressure == that.backPressure
        && support.equals(that.support);
  }

  @Override
  public int hashCode() {
    return Objects.hash(guarantee, ordering, backPressure, support);
  }

  @Override
  public String toString() {
    return "Features["
        + guarantee
        + ", order "
        + ordering
        + ", back pressure "
        + backPressure
        + ", "
        + support
        + "]";
  }
}
