package dev.parley.webhook;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/** Checks what not every JDK has always checked about ECDSA on P-256 (CVE-2022-21449). */
final class Ecdsa {
  /** The order of P-256: r and s are from 1 to one less. */
  private static final BigInteger ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private Ecdsa() {}

  static boolean isP256(PublicKey key) {
    return key instanceof ECPublicKey ec && ec.getParams().getOrder().equals(ORDER);
  }

  /** Returns whether these are r and s, 32 bytes each, as in a JWT. */
  static boolean isPair(byte[] signature) {
    return signature.length == 64
        && isInRange(new BigInteger(1, Arrays.copyOfRange(signature, 0, 32)))
        && isInRange(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
  }

  /** Returns whether this is a sequence of two integers in DER: minimal, and nothing after it. */
  static boolean isDer(byte[] signature) {
    if (signature.length < 8
        || signature.length > 72
        || signature[0] != 0x30
        || signature[1] != signature.length - 2) {
      return false;
    }
    int second = integerEnd(signature, 2);
    return second > 0 && integerEnd(signature, second) == signature.length;
  }

  /** Returns where the integer that starts there ends, or -1 if it is none from 1 to order - 1. */
  private static int integerEnd(byte[] der, int start) {
    if (start + 2 > der.length || der[start] != 0x02) {
      return -1;
    }
    int from = start + 2;
    int length = der[start + 1];
    int end = from + length;
    if (length < 1 || length > 33 || end > der.length) {
      return -1;
    }
    boolean padded = length > 1 && der[from] == 0 && der[from + 1] >= 0;
    return !padded && isInRange(new BigInteger(der, from, length)) ? end : -1;
  }

  private static boolean isInRange(BigInteger value) {
    return value.signum() > 0 && value.compareTo(ORDER) < 0;
  }
}
