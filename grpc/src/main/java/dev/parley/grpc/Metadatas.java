package dev.parley.grpc;

import dev.parley.Headers;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Headers as metadata, and back. A name that ends in {@code -bin} has bytes, here as Base64. */
final class Metadatas {
  private static final int MAX_CACHED = 1_000;
  private static final String BINARY = Metadata.BINARY_HEADER_SUFFIX;

  // Making a key checks each character of its name; names are few.
  private final ConcurrentMap<String, Metadata.Key<?>> keys = new ConcurrentHashMap<>();

  /**
   * Adds headers.
   *
   * @throws dev.parley.ConfigurationException if one cannot be sent as metadata
   */
  void put(Metadata metadata, Headers headers) {
    headers.forEach((name, value) -> put(metadata, name, value));
  }

  @SuppressWarnings("unchecked") // the name tells the type of the key
  void put(Metadata metadata, String header, String value) {
    String name = header.toLowerCase(Locale.ROOT);
    Metadata.Key<?> key = key(name);
    if (name.endsWith(BINARY)) {
      metadata.put((Metadata.Key<byte[]>) key, bytes(name, value));
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        throw Problems.refused(
            "the value of header "
                + name
                + " has characters that gRPC does not carry; give it as bytes in "
                + name
                + BINARY);
      }
    }
    metadata.put((Metadata.Key<String>) key, value);
  }

  private Metadata.Key<?> key(String name) {
    Metadata.Key<?> known = keys.get(name);
    if (known != null) {
      return known;
    }
    if (name.startsWith("grpc-")) {
      throw Problems.refused("the header " + name + " belongs to gRPC and cannot be set");
    }
    try {
      known =
          name.endsWith(BINARY)
              ? Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER)
              : Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    } catch (IllegalArgumentException e) {
      throw Problems.refused(
          "a header has a name that gRPC does not carry: use letters, digits, and - _ .");
    }
    if (keys.size() < MAX_CACHED) {
      keys.put(name, known);
    }
    return known;
  }

  /** Returns metadata as headers. */
  static Headers headers(Metadata metadata) {
    List<String> all = new ArrayList<>();
    for (String name : metadata.keys()) {
      if (name.endsWith(BINARY)) {
        Iterable<byte[]> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
        if (values != null) {
          values.forEach(value -> add(all, name, Base64.getEncoder().encodeToString(value)));
        }
      } else {
        Iterable<String> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        if (values != null) {
          values.forEach(value -> add(all, name, value));
        }
      }
    }
    return Headers.of(all.toArray(new String[0]));
  }

  private static void add(List<String> all, String name, String value) {
    all.add(name);
    all.add(value);
  }

  private static byte[] bytes(String name, String value) {
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw Problems.refused("the value of header " + name + " must be Base64, but is not");
    }
  }
}
