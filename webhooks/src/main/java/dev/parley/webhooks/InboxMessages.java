package dev.parley.webhooks;

import dev.parley.Headers;
import dev.parley.store.StoredMessage;
import dev.parley.webhook.Verification;
import dev.parley.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the messages that an inbox keeps. */
final class InboxMessages {
  private static final int MAX_TEXT = 255;

  private InboxMessages() {}

  static StoredMessage of(
      Verification verification,
      WebhookRequest request,
      String topic,
      List<String> keptHeaders,
      Function<? super WebhookRequest, @Nullable String> key,
      boolean comparesBodies) {
    Headers headers = Headers.empty();
    for (String name : keptHeaders) {
      for (String value : request.headers(name)) {
        headers = headers.plus(name, value.replaceAll("[\\r\\n\\x00]", " "));
      }
    }
    List<String> types = request.headers("Content-Type");
    String type = types.isEmpty() ? null : types.get(0);
    String orderKey = key.apply(request);
    return StoredMessage.of(
            storable(verification.deduplicationKey()),
            topic,
            request.body(),
            type == null || type.length() > MAX_TEXT || !isPlain(type) ? null : type)
        .headers(headers)
        .key(orderKey == null || orderKey.length() <= MAX_TEXT ? orderKey : hash(orderKey))
        .fingerprint(comparesBodies ? hash(request.body()) : "");
  }

  /** An id with characters that a database might refuse or change is known by its hash. */
  private static String storable(String id) {
    return isPlain(id) ? id : hash(id);
  }

  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  private static String hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
