package dev.parley.engine;

import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.Context;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Feature;
import dev.parley.Headers;
import dev.parley.QueueChannel;
import dev.parley.Shape;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.util.Arrays;
import java.util.List;

final class EngineQueueChannel extends AbstractChannel implements QueueChannel {
  private final SourceDriver source;

  EngineQueueChannel(Parts parts, SourceDriver source) {
    super(parts, Shape.QUEUE);
    this.source = source;
  }

  @Override
  public <T> Subscription<Delivery<T>> consume(Topic<T> topic, ConsumeOptions options) {
    for (Feature required : options.required()) {
      if (!features().has(required)) {
        List<Feature> offered = Arrays.stream(Feature.values()).filter(features()::has).toList();
        throw refused(topic, "lacks " + required + "; it has " + offered);
      }
    }
    if (options.deadLetter() == DeadLetter.PEER && !features().has(Feature.DEAD_LETTER)) {
      throw refused(
          topic,
          "has no dead letters of its own; choose ConsumeOptions.deadLetter(DeadLetter.to(channel,"
              + " topic)) or DeadLetter.LOG_AND_DROP");
    }
    SourceRequest request =
        new SourceRequest.OfQueue(
            topic, options, options.from().orElse(null), Headers.empty(), 0, Context.current());
    source.check(request);
    SourceDriver own = source.subscribe(request);
    QueueSubscription<T> subscription =
        new QueueSubscription<>(this, topic, options, own, own instanceof PollSource);
    try {
      subscription.begin();
    } catch (RuntimeException e) {
      own.ended();
      throw e;
    }
    return subscription;
  }

  private ConfigurationException refused(Topic<?> topic, String why) {
    return Engine.refused("cannot consume " + topic.name() + ": " + endpoint + " " + why);
  }
}
