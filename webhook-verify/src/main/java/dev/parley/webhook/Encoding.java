package dev.parley.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** How bytes are written in a header: read strictly, so that one signature has one spelling. */
enum Encoding {
  /** Either case. */
  HEX {
    @Override
    byte @Nullable [] decode(String text) {
      try {
        return HexFormat.of().parseHex(text);
      } catch (IllegalArgumentException notHex) {
        return null;
      }
    }

    @Override
    String encode(byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
  },

  /** The standard alphabet, padded, without line breaks. */
  BASE64 {
    @Override
    byte @Nullable [] decode(String text) {
      return strictly(Base64.getDecoder(), Base64.getEncoder(), text);
    }

    @Override
    String encode(byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
  },

  /** The alphabet for URLs, not padded, as in a JWT. */
  BASE64_URL {
    @Override
    byte @Nullable [] decode(String text) {
      return strictly(Base64.getUrlDecoder(), Base64.getUrlEncoder().withoutPadding(), text);
    }

    @Override
    String encode(byte[] bytes) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
  },

  /** The text itself, for tokens. */
  TEXT {
    @Override
    byte[] decode(String text) {
      return utf8(text);
    }

    @Override
    String encode(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  };

  /** Returns the bytes, or null if the text is not in this encoding. */
  abstract byte @Nullable [] decode(String text);

  abstract String encode(byte[] bytes);

  /**
   * Encodes a text and refuses half a character: the JDK would make a question mark of it, and so
   * pass off one text as another that was signed.
   */
  static byte[] utf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          throw new Rejection(Reason.MALFORMED, "a text has half a character");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The JDK's decoders forgive missing padding and stray bits at the end; the way back does not.
   */
  static byte @Nullable [] strictly(Base64.Decoder decoder, Base64.Encoder encoder, String text) {
    try {
      byte[] bytes = decoder.decode(text);
      return encoder.encodeToString(bytes).equals(text) ? bytes : null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }
}
