package dev.parley.codec.jackson;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks that bytes are UTF-8, piece by piece. Jackson does not: it reads overlong forms and lone
 * surrogates, by which two programs come to read different texts.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private long passed; // bytes of earlier pieces
  private int missing; // continuation bytes of the sequence under way
  private int least = 0x80; // what the next continuation byte may be
  private int most = 0xBF;

  /** Returns the position, over all pieces, of the first byte that is not UTF-8, or -1. */
  long check(byte[] bytes, int from, int length, boolean last) {
    int end = from + length;
    int at = from;
    while (at < end) {
      if (missing == 0) {
        at = skipAscii(bytes, at, end);
        if (at == end) {
          break;
        }
      }
      if (!accept(bytes[at] & 0xFF)) {
        return passed + at - from;
      }
      at++;
    }
    passed += length;
    return last && missing > 0 ? passed : -1;
  }

  private static int skipAscii(byte[] bytes, int from, int end) {
    int at = from;
    while (at + Long.BYTES <= end && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  // The table of Unicode 15, 3-7: well-formed byte sequences.
  private boolean accept(int octet) {
    if (missing > 0) {
      boolean fits = octet >= least && octet <= most;
      missing--;
      least = 0x80;
      most = 0xBF;
      return fits;
    }
    if (octet < 0x80) {
      return true;
    }
    if (octet >= 0xC2 && octet <= 0xDF) {
      missing = 1;
    } else if (octet >= 0xE0 && octet <= 0xEF) {
      missing = 2;
      least = octet == 0xE0 ? 0xA0 : 0x80;
      most = octet == 0xED ? 0x9F : 0xBF;
    } else if (octet >= 0xF0 && octet <= 0xF4) {
      missing = 3;
      least = octet == 0xF0 ? 0x90 : 0x80;
      most = octet == 0xF4 ? 0x8F : 0xBF;
    }
    return missing > 0;
  }
}
