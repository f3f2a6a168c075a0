package dev.parley.webhooks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells addresses of the public internet from all others, by IANA's registries of special purpose
 * addresses.
 *
 * <p>Of IPv6 only what is global unicast can be public, so that what comes up later is not public
 * by oversight. An IPv4 address inside an IPv6 one counts as itself.
 */
final class PublicAddresses {
  private static final List<AddressRange> NOT_PUBLIC_V4 =
      ranges(
          "0.0.0.0/8", // this host
          "10.0.0.0/8",
          "100.64.0.0/10", // carriers' NAT; one cloud has its metadata here
          "127.0.0.0/8",
          "168.63.129.16/32", // public by its number, but the inside of Azure
          "169.254.0.0/16", // link-local, and most clouds' metadata
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  private static final AddressRange GLOBAL_UNICAST = AddressRange.of("2000::/3");
  private static final List<AddressRange> NOT_PUBLIC_V6 =
      ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private static final AddressRange NAT64 = AddressRange.of("64:ff9b::/96");

  private PublicAddresses() {}

  static boolean contains(byte[] address) {
    byte[] bytes = inner(address);
    return bytes.length == 4
        ? NOT_PUBLIC_V4.stream().noneMatch(range -> range.contains(bytes))
        : GLOBAL_UNICAST.contains(bytes)
            && NOT_PUBLIC_V6.stream().noneMatch(range -> range.contains(bytes));
  }

  /** Returns the IPv4 address inside an IPv6 one that stands for it, else the address itself. */
  static byte[] inner(byte[] address) {
    return address.length == 16 && (isMapped(address) || NAT64.contains(address))
        ? Arrays.copyOfRange(address, 12, 16)
        : address;
  }

  // ::ffff:a.b.c.d. As a range it cannot be written: Java reads it as the IPv4 address at once.
  private static boolean isMapped(byte[] address) {
    for (int i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return address[10] == -1 && address[11] == -1;
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::of).toList();
  }
}
