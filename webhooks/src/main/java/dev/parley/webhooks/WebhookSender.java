package dev.parley.webhooks;

import dev.parley.Call;
import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Receipt;
import dev.parley.RetryMode;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.http.HttpChannelBuilder;
import dev.parley.http.HttpTransport;
import dev.parley.http.KeyFormat;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import java.net.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Sends webhooks to one endpoint, signed by Standard Webhooks 1.0.0.
 *
 * {@snippet class="dev.parley.webhooks.WebhookSnippets" region="send"}
 *
 * <p>A message goes out as a POST of its encoded body with {@code webhook-id}, {@code
 * webhook-timestamp} and {@code webhook-signature}. The id is that of the message, or else the key
 * of the send, or else random; it is the same on each attempt, and a receiver knows a repetition by
 * it. The time and so the signature are those of the attempt. A {@link dev.parley.Delivery} goes on
 * byte by byte. Headers of the message go along, but for those of a connection, {@code
 * Authorization} and {@code Cookie}: to send one of these, set it in {@link CallOptions} or in an
 * interceptor.
 *
 * <p>Delivered is what was answered 2xx. All else is a failure that is repeated, redirects and 4xx
 * included, but for 410: that disables the endpoint, as do three certificates in a row that are not
 * trusted, and 5 days in which it took nothing. A topic counts as {@link
 * dev.parley.Idempotency#KEYED} unless it says otherwise.
 *
 * <p>A send waits for its receipt and repeats within its deadline. To go on for days, across
 * restarts, put the sender behind an {@link dev.parley.store.Outbox}, with {@link #OUTBOX}:
 *
 * {@snippet class="dev.parley.webhooks.WebhookSnippets" region="outbox"}
 *
 * <p>Defaults: {@link Destinations#PUBLIC}; attempts of 20 s, 3 of them within 60 s; connects
 * within 5 s; no redirects, no proxy, also not that of a client that was brought; of an answer 64
 * KiB are read; no log, no limit of sends at once. Its address leaves out the endpoint's query,
 * which may be secret; it unwraps to the {@link OkHttpClient}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class WebhookSender extends ForwardingChannel implements SendChannel {
  /**
   * How an outbox sends webhooks: by the schedule of Standard Webhooks 1.0.0, which is at once and
   * after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, each up to a tenth longer; 10
   * attempts within 76 to 83 hours. A longer {@code Retry-After} is waited out, up to 24 h. Then,
   * and at once after what is permanent, it is a dead letter. 8 go out at once, those of one key
   * one by one.
   *
   * <p>One that waits lets those of its key pass. With {@code
   * OUTBOX.retryMode(RetryMode.BLOCKING_IN_ORDER)} they wait with it; each that waits takes one of
   * the 256 places of {@link ConsumeOptions#maxUnsettled}.
   */
  public static final ConsumeOptions OUTBOX =
      ConsumeOptions.DEFAULT
          .retrySchedule(
              Duration.ofSeconds(5),
              Duration.ofMinutes(5),
              Duration.ofMinutes(30),
              Duration.ofHours(2),
              Duration.ofHours(5),
              Duration.ofHours(10),
              Duration.ofHours(14),
              Duration.ofHours(20),
              Duration.ofHours(24))
          .retryMode(RetryMode.DELAYED_UNORDERED)
          .concurrency(8)
          .stallAfter(Duration.ofHours(27));

  private final SendChannel sends;
  private final Endpoint endpoint;

  private WebhookSender(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, SendChannel.class);
    this.sends = channel(SendChannel.class);
    this.endpoint = unwrap(Endpoint.class).orElseThrow();
  }

  /**
   * Starts a sender.
   *
   * @param url the endpoint, with its path and query as its owner gave it
   * @throws dev.parley.ConfigurationException if it is no URL, or holds user information
   */
  public static Builder builder(String url) {
    return new Builder(checked(url));
  }

  /** Returns whether the endpoint was disabled, so that every send fails at once. */
  public boolean isDisabled() {
    return endpoint.isDisabled();
  }

  /** Lets sends out again after the endpoint was disabled. */
  public void enable() {
    endpoint.enable();
  }

  @Override
  public <T> CompletableFuture<Receipt> submit(
      Topic<T> topic, Message<T> message, CallOptions options) {
    return sends.submit(topic, message, options);
  }

  @Override
  public <T> Receipt send(Topic<T> topic, Message<T> message) {
    return sends.send(topic, message);
  }

  @Override
  public <T> Call<Receipt> newSend(Topic<T> topic, Message<T> message, CallOptions options) {
    return sends.newSend(topic, message, options);
  }

  @Override
  public CallOptions defaultOptions() {
    return sends.defaultOptions();
  }

  private static HttpUrl checked(String url) {
    HttpUrl parsed = HttpUrl.parse(Objects.requireNonNull(url, "url"));
    if (parsed == null) {
      throw Problems.refused(
          "the address of an endpoint must be a URL such as https://shop.example/webhooks");
    }
    if (!parsed.username().isEmpty() || !parsed.password().isEmpty()) {
      throw Problems.refused(
          "the address of the endpoint holds user information, which would end up in logs; send"
              + " it in a header that an interceptor sets");
    }
    return parsed;
  }

  /** Makes a {@link WebhookSender}, or a provider of channels. */
  public static final class Builder extends HttpChannelBuilder<WebhookSender, Builder> {
    private static final CallOptions OPTIONS =
        CallOptions.DEFAULT.attemptTimeout(Duration.ofSeconds(20)).deadline(Duration.ofSeconds(60));

    private final HttpUrl url;
    private @Nullable Supplier<SigningKeys> keys;
    private Destinations destinations = Destinations.PUBLIC;
    private boolean proxied;
    private String name;
    private Consumer<DeliveryAttempt> log = attempt -> {};
    private Consumer<String> onDisabled = why -> {};
    private Duration patience = Duration.ofDays(5);

    private Builder(HttpUrl url) {
      super(url.newBuilder().query(null).fragment(null).build().toString());
      this.url = url;
      this.name = url.scheme() + "://" + url.host() + ":" + url.port();
      with(builder -> builder.idempotencyKey("webhook-id", KeyFormat.RAW));
      maxResponseBytes(64 << 10);
      opening(opening -> opening.callOptions(OPTIONS));
    }

    /** Sets what to sign with. Required. */
    public Builder keys(SigningKeys newKeys) {
      Objects.requireNonNull(newKeys, "newKeys");
      return keys(() -> newKeys);
    }

    /** Sets where to ask for what to sign with, on each attempt; it must not block for long. */
    public Builder keys(Supplier<SigningKeys> source) {
      this.keys = Objects.requireNonNull(source, "source");
      return this;
    }

    /** Sets where it may connect to. Defaults to {@link Destinations#PUBLIC}. */
    public Builder destinations(Destinations newDestinations) {
      this.destinations = Objects.requireNonNull(newDestinations, "newDestinations");
      return this;
    }

    /**
     * Sends at most so many at once; one more fails at once with {@link
     * dev.parley.OverloadedException}. Defaults to no limit but that of the Parley's stages.
     */
    public Builder concurrency(int limit) {
      ConcurrencyLimit admission = new ConcurrencyLimit(limit);
      return opening(opening -> opening.admission(admission));
    }

    /**
     * Names the endpoint in the log, and gives it a breaker and a retry budget apart from those of
     * other endpoints at the same host. Defaults to its scheme and authority.
     */
    public Builder name(String newName) {
      this.name = Objects.requireNonNull(newName, "newName");
      return opening(opening -> opening.credential(newName));
    }

    /**
     * Hears of each attempt when it has ended, on the thread that made it. What it throws is
     * ignored. Defaults to nobody.
     */
    public Builder log(Consumer<DeliveryAttempt> newLog) {
      this.log = Objects.requireNonNull(newLog, "newLog");
      return this;
    }

    /** Hears, once and in words, why the endpoint was disabled. Defaults to nobody. */
    public Builder onDisabled(Consumer<String> listener) {
      this.onDisabled = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Disables an endpoint that has taken nothing for so long, in 10 attempts or more of this
     * sender. Defaults to 5 days.
     */
    public Builder disableAfter(Duration newPatience) {
      this.patience = Objects.requireNonNull(newPatience, "newPatience");
      return this;
    }

    /**
     * Goes out through a proxy, which then must keep to public addresses itself, since it is the
     * one that resolves names: {@link Destinations} check scheme, port and addresses in numbers
     * only. Defaults to none, whatever the JVM's system properties say.
     */
    @Override
    public Builder proxy(Proxy proxy) {
      this.proxied = proxy.type() != Proxy.Type.DIRECT;
      return super.proxy(proxy);
    }

    /** Sets how much is read of an answer, which is then dropped. Defaults to 64 KiB. */
    public Builder maxResponseBytes(long bytes) {
      return with(builder -> builder.maxResponseBytes(bytes));
    }

    @Override
    public ChannelProvider provider() {
      if (keys == null) {
        throw Problems.refused(
            "a webhook is signed: give keys(SigningKeys.of(\"whsec_…\")) to its sender");
      }
      AddressGuard.check(url, destinations);
      Endpoint endpoint = new Endpoint(url, name, keys, log, onDisabled, patience);
      Supplier<HttpTransport.Builder> transport = transport();
      Consumer<OkHttpClient.Builder> guard = proxied ? builder -> {} : guard(destinations);
      // The guard comes last, so that it guards what the customizers made.
      return new WebhookProvider(
          endpoint, context -> transport.get().customize(guard).build(context));
    }

    @Override
    protected WebhookSender channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new WebhookSender(opening, ownParley);
    }

    private static Consumer<OkHttpClient.Builder> guard(Destinations destinations) {
      return builder -> {
        builder.proxy(Proxy.NO_PROXY);
        AddressGuard.install(builder, destinations);
      };
    }
  }
}
