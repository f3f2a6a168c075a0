package dev.parley.ladder;

import dev.parley.BackPressure;
import dev.parley.Channel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Several endpoints as one: it promises what all of them do. */
final class LadderDriver implements ChannelDriver {
  private final List<StreamChannel> rungs;
  private final List<StreamChannel> own;
  private final LadderSource source;

  LadderDriver(List<StreamChannel> rungs, List<StreamChannel> own, LadderSource source) {
    this.rungs = rungs;
    this.own = own;
    this.source = source;
  }

  @Override
  public Features features() {
    Guarantee guarantee = Guarantee.AT_LEAST_ONCE;
    Ordering ordering = Ordering.TOTAL;
    BackPressure backPressure = BackPressure.CREDIT;
    for (StreamChannel rung : rungs) {
      Features each = rung.features();
      guarantee = weaker(guarantee, each.guarantee(), false);
      ordering = weaker(ordering, each.ordering(), false);
      backPressure = weaker(backPressure, each.backPressure(), true);
    }
    Features all = Features.of(guarantee, ordering, backPressure);
    for (Feature feature : Feature.values()) {
      if (rungs.stream().allMatch(rung -> rung.features().has(feature))) {
        all = all.with(feature, Support.NATIVE);
      }
    }
    return all;
  }

  private static <E extends Enum<E>> E weaker(E one, E other, boolean isLaterWeaker) {
    return one.compareTo(other) > 0 == isLaterWeaker ? one : other;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return rungs.stream()
        .map(rung ->
            new RetryLayer(
                Objects.toString(rung.uri()), false, "subscribed to without reconnecting"))
        .toList();
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(source);
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return rungs.stream().flatMap(rung -> rung.unwrap(nativeType).stream()).findFirst();
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return nativeFailure instanceof ParleyException known
        ? known
        : new ParleyException(
            Failure.of(
                    Kind.LOCAL,
                    Effect.POSSIBLE,
                    "the ladder failed with " + nativeFailure.getClass().getSimpleName())
                .withCause(nativeFailure));
  }

  @Override
  public void close() {
    own.forEach(Channel::abort);
  }
}
