package dev.parley.engine;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.ConfigurationException;
import dev.parley.DuplexChannel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Observer;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Signal;
import dev.parley.StreamChannel;
import dev.parley.spi.Breaker;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.CodecProvider;
import dev.parley.spi.Codecs;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Target;
import dev.parley.spi.Time;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** What all channels of one {@link dev.parley.Parley} share. */
public final class Engine implements DriverContext {
  final Settings settings;
  final Time time;
  final Codecs codecs;
  final Threads threads;
  final DialLimiter dials;
  final Observer[] observers;
  final DoubleSupplier random;
  final AtomicLong ids = new AtomicLong();

  private final Map<String, ChannelProvider> providers = new LinkedHashMap<>();
  private final Map<Target, TargetState> targets = new ConcurrentHashMap<>();
  private final Map<Class<?>, AutoCloseable> shared = new LinkedHashMap<>();
  private final Set<AbstractChannel> channels = ConcurrentHashMap.newKeySet();
  private volatile boolean retries = true;
  private volatile boolean closed;

  /** Creates the engine; it starts no thread yet. */
  public Engine(Settings settings) {
    this.settings = settings;
    this.time = settings.time() != null ? settings.time() : Time.system();
    this.threads = new Threads(settings.workers());
    this.dials = new DialLimiter(time);
    this.observers = settings.observers().toArray(new Observer[0]);
    List<CodecProvider> codecProviders = new ArrayList<>(settings.codecs());
    ServiceLoader.load(CodecProvider.class).forEach(codecProviders::add);
    this.codecs = new Codecs(codecProviders);
    for (ChannelProvider provider : settings.providers()) {
      register(provider);
    }
    ServiceLoader.load(ChannelProvider.class).forEach(this::register);
    Long seed = settings.seed();
    if (seed == null) {
      this.random = () -> ThreadLocalRandom.current().nextDouble();
    } else {
      this.random = new Random(seed)::nextDouble;
    }
  }

  /** Opens an endpoint; see {@link dev.parley.Parley#open}. */
  public <C extends Channel> C open(
      String text, Class<C> capability, Settings.OfChannel channelSettings) {
    URI uri = parse(text);
    ChannelSpec spec = ChannelSpec.of(uri, capability);
    if (closed) {
      throw refused("cannot open " + spec.endpoint() + ": this Parley is closed");
    }
    ChannelProvider provider = channelSettings.provider;
    if (provider == null) {
      provider = providers.get(spec.scheme());
    }
    if (provider == null) {
      throw refused(
          "no adapter on the class path opens the scheme "
              + spec.scheme()
              + (providers.isEmpty()
                  ? "; there is no adapter at all: add one, such as parley-rest"
                  : "; those there are open "
                      + String.join(", ", new TreeSet<>(providers.keySet()))));
    }
    Set<Class<? extends Channel>> capabilities = provider.capabilities(spec.scheme());
    if (!capabilities.contains(capability)) {
      throw refused(
          spec.scheme()
              + " offers no "
              + capability.getSimpleName()
              + "; it offers "
              + String.join(
                  ", ", new TreeSet<>(capabilities.stream().map(Class::getSimpleName).toList())));
    }
    ChannelDriver driver = provider.open(spec, this);
    try {
      spec.requireAllRead();
      AbstractChannel channel = channel(capability, spec, driver, channelSettings);
      channels.add(channel);
      return capability.cast(channel);
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  private AbstractChannel channel(
      Class<?> capability, ChannelSpec spec, ChannelDriver driver, Settings.OfChannel own) {
    AbstractChannel.Parts parts = new AbstractChannel.Parts(this, spec, driver, own);
    if (capability == CallChannel.class) {
      return new EngineCallChannel(parts, part(driver.call(), capability));
    }
    if (capability == SendChannel.class) {
      return new EngineSendChannel(parts, part(driver.send(), capability));
    }
    if (capability == StreamChannel.class) {
      return new EngineStreamChannel(parts, part(driver.source(), capability));
    }
    if (capability == QueueChannel.class) {
      return new EngineQueueChannel(parts, part(driver.source(), capability));
    }
    if (capability == DuplexChannel.class) {
      return new EngineDuplexChannel(parts, part(driver.duplex(), capability));
    }
    throw refused(capability.getName() + " is not one of the five capabilities");
  }

  private static <T> T part(Optional<T> part, Class<?> capability) {
    return part.orElseThrow(() ->
        new IllegalStateException(
            "the provider declares " + capability.getSimpleName() + " but its driver lacks it"));
  }

  /** Switches retries off or on. */
  public void retries(boolean on) {
    retries = on;
  }

  boolean retries() {
    return retries;
  }

  TargetState target(Target target) {
    return targets.computeIfAbsent(target, each -> new TargetState(this, each));
  }

  void forget(AbstractChannel channel) {
    channels.remove(channel);
  }

  void signal(Signal signal) {
    for (Observer observer : observers) {
      try {
        observer.on(signal);
      } catch (RuntimeException ignored) {
        // An observer can alter nothing, and there is nobody left to tell.
      }
    }
  }

  /** Closes all channels within the limit, and what they share. */
  public void close(Duration limit) {
    closed = true;
    long end = time.nanoTime() + limit.toNanos();
    for (AbstractChannel channel : channels) {
      channel.close(Duration.ofNanos(Math.max(0, end - time.nanoTime())));
    }
    List<AutoCloseable> resources;
    synchronized (shared) {
      resources = new ArrayList<>(shared.values());
      shared.clear();
    }
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        signal(new Signal.CallbackFailed("close", resource.getClass().getSimpleName(), e));
      }
    }
    threads.close();
    if (settings.time() == null) {
      time.close();
    }
  }

  @Override
  public Time time() {
    return time;
  }

  @Override
  public Codecs codecs() {
    return codecs;
  }

  @Override
  public Executor workers() {
    return threads.workers();
  }

  @Override
  public Thread dedicated(String name, Runnable loop) {
    return Threads.dedicated(name, loop);
  }

  @Override
  public Optional<Breaker> breaker(Target target) {
    return Optional.ofNullable(target(target).breaker);
  }

  @Override
  public <T extends AutoCloseable> T shared(Class<T> key, Supplier<T> maker) {
    synchronized (shared) {
      if (closed) {
        throw refused("this Parley is closed");
      }
      AutoCloseable known = shared.get(key);
      if (known == null) {
        known = maker.get();
        shared.put(key, known);
      }
      return key.cast(known);
    }
  }

  @Override
  public String toString() {
    return channels.size() + " channels, schemes " + providers.keySet();
  }

  private void register(ChannelProvider provider) {
    for (String scheme : provider.schemes()) {
      providers.putIfAbsent(scheme.toLowerCase(Locale.ROOT), provider);
    }
  }

  private static URI parse(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getScheme() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw refused(
          "the address is not a URI ("
              + e.getReason()
              + " at index "
              + e.getIndex()
              + "): write it like https://api.shop.example");
    }
    throw refused("the address has no scheme: write it like https://api.shop.example");
  }

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
