package dev.parley.webhook;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Locale;

/**
 * How a provider writes its keys down.
 *
 * @since 0.1
 */
public enum KeyFormat {
  /** A shared secret, used as the text it is, even where it looks like hex or Base64. */
  TEXT {
    @Override
    Key read(String name, String text) {
      return Key.secret(name, text.getBytes(StandardCharsets.UTF_8));
    }
  },
  /** A shared secret in hex. */
  HEX {
    @Override
    Key read(String name, String text) {
      return Key.secret(name, decoded(Encoding.HEX, name, text));
    }
  },
  /** A shared secret in Base64. */
  BASE64 {
    @Override
    Key read(String name, String text) {
      return Key.secret(name, decoded(Encoding.BASE64, name, text));
    }
  },
  /**
   * As in Standard Webhooks: {@code whsec_} is a shared secret, {@code whpk_} an Ed25519 public
   * key, {@code whsk_} the secret key to it, which only a sender has. Without one of these it is
   * taken for a shared secret in Base64.
   */
  STANDARD_WEBHOOKS {
    @Override
    Key read(String name, String text) {
      if (text.startsWith("whpk_")) {
        return Key.verifying(name, Ed25519.publicKey(decoded(Encoding.BASE64, name, text, 5)));
      }
      if (text.startsWith("whsk_")) {
        return Ed25519.keyPair(name, decoded(Encoding.BASE64, name, text, 5));
      }
      int prefix = text.startsWith("whsec_") ? 6 : 0;
      return Key.secret(name, decoded(Encoding.BASE64, name, text, prefix));
    }
  },
  /** An Ed25519 public key in hex. */
  ED25519_HEX {
    @Override
    Key read(String name, String text) {
      return Key.verifying(name, Ed25519.publicKey(decoded(Encoding.HEX, name, text)));
    }
  },
  /** A public key (X.509 SubjectPublicKeyInfo), in PEM or as the bare Base64 of it. */
  PUBLIC_KEY {
    @Override
    Key read(String name, String text) {
      PublicKey key = PublicKeys.read(text);
      if (key == null) {
        throw new IllegalArgumentException(
            "key \"" + name + "\" is not a public key in PEM or Base64 (EC, RSA or Ed25519)");
      }
      return Key.verifying(name, key);
    }
  };

  abstract Key read(String name, String text);

  /** Reads a key as it was configured; what cannot be right is an error now and not at midnight. */
  final Key key(String name, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "key \"" + name + "\" is empty: without a key nothing can be verified");
    }
    if (this != PUBLIC_KEY) {
      if (!text.strip().equals(text)) {
        throw new IllegalArgumentException(
            "key \"" + name + "\" begins or ends with white space: copy it again, without");
      }
      if (text.startsWith("-----BEGIN") || (this == TEXT && text.startsWith("whpk_"))) {
        throw new IllegalArgumentException(
            "key \"" + name + "\" is a public key in a place for " + description());
      }
    }
    return read(name, text);
  }

  private String description() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": take the provider's secret";
  }

  private static byte[] decoded(Encoding encoding, String name, String text) {
    return decoded(encoding, name, text, 0);
  }

  private static byte[] decoded(Encoding encoding, String name, String text, int prefix) {
    byte[] bytes = encoding.decode(text.substring(prefix));
    if (bytes == null || bytes.length == 0) {
      throw new IllegalArgumentException(
          "key \"" + name + "\" is not " + encoding + ": copy it again, all of it");
    }
    return bytes;
  }
}
