package dev.parley.engine;

import dev.parley.CallOptions;
import dev.parley.Interceptor;
import dev.parley.Observer;
import dev.parley.RetryBudget;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.CodecProvider;
import dev.parley.spi.Stages;
import dev.parley.spi.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What {@link dev.parley.Parley.Builder} collects. */
public record Settings(
    List<ChannelProvider> providers,
    List<CodecProvider> codecs,
    List<Interceptor> outermost,
    List<Interceptor> interceptors,
    List<Observer> observers,
    Stages stages,
    CallOptions callOptions,
    RetryBudget retryBudget,
    @Nullable Time time,
    @Nullable Executor workers,
    @Nullable Long seed) {

  /** What {@link dev.parley.Parley.Opening} collects. */
  public static final class OfChannel {
    /** Who opens it, or null for the provider of the scheme. */
    public @Nullable ChannelProvider provider;

    /** The name of the credential; empty for none. */
    public String credential = "";

    /** The options of calls that name none, or null for those of the Parley. */
    public @Nullable CallOptions callOptions;

    /** Interceptors of attempts, inside those of the Parley. */
    public final List<Interceptor> interceptors = new ArrayList<>();

    /** What lets calls in, or null for that of the stages. */
    public @Nullable Admission admission;

    /** The circuit breaker, or null for that of the stages. */
    public @Nullable Breaker breaker;

    /** Returns a copy, so that one opening can be used twice. */
    public OfChannel copy() {
      OfChannel copy = new OfChannel();
      copy.provider = provider;
      copy.credential = credential;
      copy.callOptions = callOptions;
      copy.interceptors.addAll(interceptors);
      copy.admission = admission;
      copy.breaker = breaker;
      return copy;
    }
  }
}
