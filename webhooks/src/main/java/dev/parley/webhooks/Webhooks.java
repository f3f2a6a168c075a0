package dev.parley.webhooks;

import dev.parley.ConsumeOptions;
import dev.parley.Parley;
import dev.parley.SendChannel;
import dev.parley.store.MessageStore;
import dev.parley.store.Outbox;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Webhooks to many endpoints, none of which delays another: each has a sender and an outbox of its
 * own, with its own concurrency, order, breaker and schedule, opened when it is first asked for.
 *
 * {@snippet class="dev.parley.webhooks.WebhookSnippets" region="many"}
 *
 * <p>What was stored for an endpoint goes out once its {@link #outbox} was asked for, so ask for
 * those of all endpoints after a start. A send blocks a worker of the Parley until it is answered:
 * before Java 21, where there are 32 of them, give it {@link Parley.Builder#workers} that grow, or
 * a few slow endpoints hold them all.
 *
 * <p>Defaults: {@link WebhookSender#OUTBOX}, so 8 sends at once to each endpoint; a look into the
 * store every 10 s for what other programs and transactions stored, which is a query for each
 * endpoint.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class Webhooks implements AutoCloseable {
  private final Builder settings;
  private final Parley parley;
  private final Map<String, Line> lines = new HashMap<>(); // guarded by itself
  private boolean isClosed; // guarded by lines

  private Webhooks(Builder settings, Parley parley) {
    this.settings = settings;
    this.parley = parley;
  }

  /**
   * Starts with how to make the sender for an endpoint's id, which becomes its {@link
   * WebhookSender.Builder#name}.
   *
   * @param store where webhooks wait
   * @param endpoints returns address, keys and listeners; asked once for each id, on the thread
   *     that first names it
   */
  public static Builder over(
      MessageStore store, Function<String, WebhookSender.Builder> endpoints) {
    return new Builder(
        Objects.requireNonNull(store, "store"), Objects.requireNonNull(endpoints, "endpoints"));
  }

  /** Returns the channel whose sends are stored, and then go out to this endpoint. */
  public SendChannel to(String endpoint) {
    return outbox(endpoint).channel();
  }

  /**
   * Returns the outbox of an endpoint, for sends in your transaction, dead letters and redrives.
   *
   * @param endpoint its id: 1 to 50 letters, digits, dots, hyphens or underscores
   */
  public Outbox outbox(String endpoint) {
    return line(endpoint).outbox;
  }

  /** Returns the sender to an endpoint, which tells whether it is disabled, and enables it. */
  public WebhookSender sender(String endpoint) {
    return line(endpoint).sender;
  }

  /** Closes an endpoint that has left, or whose address or settings have changed. */
  public void close(String endpoint) {
    Line line;
    synchronized (lines) {
      line = lines.remove(endpoint);
    }
    if (line != null) {
      line.close();
    }
  }

  /** Closes all; what is stored stays. */
  @Override
  public void close() {
    List<Line> all;
    synchronized (lines) {
      isClosed = true;
      all = List.copyOf(lines.values());
      lines.clear();
    }
    all.forEach(Line::close);
  }

  private Line line(String endpoint) {
    synchronized (lines) {
      if (isClosed) {
        throw new IllegalStateException("these webhooks were closed");
      }
      return lines.computeIfAbsent(endpoint, this::open);
    }
  }

  private Line open(String endpoint) {
    WebhookSender sender = settings.endpoints.apply(endpoint).name(endpoint).open(parley);
    try {
      Outbox outbox =
          Outbox.over(sender, settings.store, "webhooks." + endpoint)
              .options(settings.options)
              .lookEvery(settings.look)
              .start(parley);
      return new Line(sender, outbox);
    } catch (RuntimeException e) {
      sender.close();
      throw e;
    }
  }

  private record Line(WebhookSender sender, Outbox outbox) {
    void close() {
      outbox.close();
      sender.close();
    }
  }

  /**
   * Collects webhooks to many endpoints.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final MessageStore store;
    private final Function<String, WebhookSender.Builder> endpoints;
    private ConsumeOptions options = WebhookSender.OUTBOX;
    private Duration look = Duration.ofSeconds(10);

    private Builder(MessageStore store, Function<String, WebhookSender.Builder> endpoints) {
      this.store = store;
      this.endpoints = endpoints;
    }

    /** Sets how to send to each endpoint. Defaults to {@link WebhookSender#OUTBOX}. */
    public Builder options(ConsumeOptions newOptions) {
      this.options = Objects.requireNonNull(newOptions, "newOptions");
      return this;
    }

    /** Sets how often to look for what others stored for an endpoint. Defaults to 10 s. */
    public Builder lookEvery(Duration newLook) {
      this.look = Objects.requireNonNull(newLook, "newLook");
      return this;
    }

    /** Opens them; endpoints follow when they are asked for. */
    public Webhooks start(Parley parley) {
      return new Webhooks(this, Objects.requireNonNull(parley, "parley"));
    }
  }
}
