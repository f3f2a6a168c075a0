package dev.parley.webhooks;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of addresses as CIDR writes it: {@code 10.0.0.0/8}, {@code fc00::/7}, {@code ::1}. */
final class AddressRange {
  private final byte[] first;
  private final int bits;
  private final String text;

  private AddressRange(byte[] first, int bits, String text) {
    this.first = first;
    this.bits = bits;
    this.text = text;
  }

  static AddressRange of(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    // Digits, dots and colons alone are never looked up.
    if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      throw refused(text);
    }
    try {
      byte[] first = InetAddress.getByName(address).getAddress();
      int bits = slash < 0 ? 8 * first.length : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > 8 * first.length) {
        throw refused(text);
      }
      return new AddressRange(first, bits, text);
    } catch (UnknownHostException | NumberFormatException e) {
      throw refused(text);
    }
  }

  boolean contains(byte[] address) {
    if (address.length != first.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (address[i] != first[i]) {
        return false;
      }
    }
    int rest = bits % 8;
    return rest == 0 || ((address[whole] ^ first[whole]) & 0xff) >> (8 - rest) == 0;
  }

  @Override
  public String toString() {
    return text;
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "\"" + text + "\" is not a range of addresses: write it like 10.20.0.0/16 or fd00:1::/32");
  }
}
