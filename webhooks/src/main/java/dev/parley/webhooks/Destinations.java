package dev.parley.webhooks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a sender may connect to, so that who gives you an address of a webhook does not reach what
 * only you can reach.
 *
 * <p>Defaults, which are {@link #PUBLIC}: https; the ports 443 and 8443; addresses of the public
 * internet. Not public are loopback, link-local and private addresses, those of carriers' NAT and
 * of clouds' metadata, multicast, whatever IANA keeps for special purposes, and IPv6 forms of all
 * these.
 *
 * <p>A name is resolved once for each connection. All addresses it has are checked, and one of
 * those is connected to: a name that means something else a moment later changes nothing.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 *
 * @since 0.1
 */
public final class Destinations {
  /** The public internet by https on port 443 or 8443. */
  public static final Destinations PUBLIC =
      new Destinations(List.of(), Set.of(443, 8443), false, false);

  private final List<AddressRange> allowed;
  private final Set<Integer> ports; // empty for any
  private final boolean plainHttp;
  private final boolean anyAddress;

  private Destinations(
      List<AddressRange> allowed, Set<Integer> ports, boolean plainHttp, boolean anyAddress) {
    this.allowed = allowed;
    this.ports = ports;
    this.plainHttp = plainHttp;
    this.anyAddress = anyAddress;
  }

  /**
   * Allows these addresses, too, although they are not public.
   *
   * @param ranges such as {@code 10.20.0.0/16} or {@code fd00:1::/32}
   * @throws IllegalArgumentException if one is not a range of addresses
   */
  public Destinations allow(String... ranges) {
    List<AddressRange> all = new ArrayList<>(allowed);
    for (String range : ranges) {
      all.add(AddressRange.of(range));
    }
    return new Destinations(List.copyOf(all), ports, plainHttp, anyAddress);
  }

  /** Allows every address: for addresses that no stranger had a say in. Defaults to public ones. */
  public Destinations anyAddress() {
    return new Destinations(allowed, ports, plainHttp, true);
  }

  /** Allows these ports only. Defaults to 443 and 8443. */
  public Destinations ports(Integer... newPorts) {
    for (int port : newPorts) {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("a port must be 1 to 65535, but is " + port);
      }
    }
    if (newPorts.length == 0) {
      throw new IllegalArgumentException("give at least one port, or use anyPort()");
    }
    return new Destinations(allowed, Set.of(newPorts), plainHttp, anyAddress);
  }

  /** Allows every port. Defaults to 443 and 8443. */
  public Destinations anyPort() {
    return new Destinations(allowed, Set.of(), plainHttp, anyAddress);
  }

  /** Allows http without TLS: for tests. Defaults to https only. */
  public Destinations plainHttp() {
    return new Destinations(allowed, ports, true, anyAddress);
  }

  boolean isSchemeAllowed(boolean https) {
    return https || plainHttp;
  }

  boolean isPortAllowed(int port) {
    return ports.isEmpty() || ports.contains(port);
  }

  boolean isAddressAllowed(InetAddress address) {
    byte[] bytes = PublicAddresses.inner(address.getAddress());
    return anyAddress
        || PublicAddresses.contains(bytes)
        || allowed.stream().anyMatch(range -> range.contains(bytes));
  }

  String portsAllowed() {
    return String.join(", ", new TreeSet<>(ports).stream().map(String::valueOf).toList());
  }

  @Override
  public String toString() {
    return "Destinations["
        + (anyAddress ? "any address" : "public addresses")
        + (allowed.isEmpty() ? "" : " and " + allowed)
        + ", "
        + (ports.isEmpty() ? "any port" : "ports " + portsAllowed())
        + (plainHttp ? ", http and https]" : ", https]");
  }
}
