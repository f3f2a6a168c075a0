package dev.parley.webhooks;

import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookSigner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a sender signs with, by Standard Webhooks: secrets ({@code whsec_…}, signature {@code v1}),
 * Ed25519 keys ({@code whsk_…}, signature {@code v1a}), or both at once. Each gives a signature of
 * its own, and a receiver looks for one that it can check.
 *
 * <p>To change keys give the new one first and the old one until receivers have the new one:
 *
 * {@snippet class="dev.parley.webhooks.WebhookSnippets" region="rotation"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 *
 * @since 0.1
 */
public final class SigningKeys {
  private final List<TimedKey> keys;
  private final WebhookSigner all;

  private SigningKeys(List<TimedKey> keys) {
    this.keys = keys;
    this.all = signer(keys);
  }

  /**
   * Returns one key; {@link WebhookSigner#newSecret()} and {@link WebhookSigner#newKeyPair()} make
   * them.
   *
   * @param key {@code whsec_…} or {@code whsk_…}
   * @throws IllegalArgumentException if it cannot be one
   */
  public static SigningKeys of(String key) {
    return new SigningKeys(List.of(new TimedKey(key, null)));
  }

  /** Signs with this key, too. */
  public SigningKeys and(String key) {
    return plus(new TimedKey(key, null));
  }

  /** Signs with this key, too, until a moment from which it is left out. */
  public SigningKeys and(String key, Instant until) {
    return plus(new TimedKey(key, Objects.requireNonNull(until, "until")));
  }

  /** Returns the headers that sign a delivery. */
  Map<String, String> sign(String id, Instant now, byte[] body) {
    List<TimedKey> live = keys.stream().filter(key -> key.isLiveAt(now)).toList();
    WebhookSigner signer = live.size() == keys.size() ? all : signer(live);
    return signer.sign(id, now, body);
  }

  private SigningKeys plus(TimedKey key) {
    List<TimedKey> more = new ArrayList<>(keys);
    more.add(key);
    return new SigningKeys(List.copyOf(more));
  }

  private static WebhookSigner signer(List<TimedKey> keys) {
    return WebhookSigner.create(
        Providers.STANDARD_WEBHOOKS, keys.stream().map(TimedKey::text).toArray(String[]::new));
  }

  /** Shows how many there are. */
  @Override
  public String toString() {
    return "SigningKeys[" + keys.size() + "]";
  }

  // Not a record: its toString would show the key.
  private static final class TimedKey {
    private final String text;
    private final @Nullable Instant until;

    TimedKey(String text, @Nullable Instant until) {
      this.text = Objects.requireNonNull(text, "key");
      this.until = until;
    }

    String text() {
      return text;
    }

    boolean isLiveAt(Instant now) {
      return until == null || now.isBefore(until);
    }
  }
}
