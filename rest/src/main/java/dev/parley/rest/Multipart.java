package dev.parley.rest;

import dev.parley.Payload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Fields and files as one body, {@code multipart/form-data} (RFC 7578). Files are read while they
 * are sent.
 *
 * {@snippet class="dev.parley.rest.RestSnippets" region="multipart"}
 *
 * <p>It can be sent again with a retry if all of its parts can.
 *
 * <p><b>Threads:</b> as its parts.
 */
public final class Multipart implements Payload {
  private final String boundary;
  private final List<Part> parts;
  private final byte[] end;

  private Multipart(List<Part> parts) {
    this.boundary = "parley-" + UUID.randomUUID();
    this.parts = List.copyOf(parts);
    this.end = ascii("--" + boundary + "--\r\n");
  }

  /** Starts a body. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of("multipart/form-data; boundary=" + boundary);
  }

  @Override
  public OptionalLong size() {
    long size = end.length;
    for (Part part : parts) {
      OptionalLong body = part.body.size();
      if (body.isEmpty()) {
        return OptionalLong.empty();
      }
      size += head(part).length + body.getAsLong() + 2;
    }
    return OptionalLong.of(size);
  }

  @Override
  public boolean isReplayable() {
    return parts.stream().allMatch(part -> part.body.isReplayable());
  }

  @Override
  public byte[] toByteArray() {
    try (InputStream stream = openStream()) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a part", e);
    }
  }

  @Override
  public InputStream openStream() {
    return new SequenceInputStream(new Pieces());
  }

  @Override
  public void close() {
    parts.forEach(part -> part.body.close());
  }

  /** Returns the number of parts only. */
  @Override
  public String toString() {
    return "Multipart[" + parts.size() + " parts]";
  }

  private byte[] head(Part part) {
    StringBuilder head = new StringBuilder();
    head.append("--").append(boundary).append("\r\n");
    head.append("Content-Disposition: form-data; name=\"").append(quoted(part.name)).append('"');
    if (part.fileName != null) {
      head.append("; filename=\"").append(quoted(part.fileName)).append('"');
    }
    head.append("\r\n");
    part.body
        .contentType()
        .ifPresent(type -> head.append("Content-Type: ").append(oneLine(type)).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream open(Part part) {
    try {
      return part.body.openStream();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the part " + part.name, e);
    }
  }

  // As browsers do, so that a name cannot break out of its line.
  private static String quoted(String text) {
    return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String oneLine(String text) {
    return text.replace('\r', ' ').replace('\n', ' ');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Head, body and line break of each part, and the end, each opened when it is its turn. */
  @SuppressWarnings("JdkObsolete") // what SequenceInputStream takes
  private final class Pieces implements Enumeration<InputStream> {
    private final Iterator<Part> rest = parts.iterator();
    private @Nullable Part headed; // its head has been given, its body not yet
    private boolean breakNext;
    private boolean ended;

    @Override
    public boolean hasMoreElements() {
      return !ended;
    }

    @Override
    public InputStream nextElement() {
      Part current = headed;
      if (current != null) {
        headed = null;
        breakNext = true;
        return open(current);
      }
      if (breakNext) {
        breakNext = false;
        return new ByteArrayInputStream(ascii("\r\n"));
      }
      if (rest.hasNext()) {
        current = rest.next();
        headed = current;
        return new ByteArrayInputStream(head(current));
      }
      ended = true;
      return new ByteArrayInputStream(end);
    }
  }

  private record Part(String name, @Nullable String fileName, Payload body) {}

  /** Makes a {@link Multipart}. */
  public static final class Builder {
    private final List<Part> parts = new ArrayList<>();

    private Builder() {}

    /** Adds a field of text. */
    public Builder field(String name, String value) {
      Objects.requireNonNull(name, "name");
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      parts.add(new Part(name, null, Payload.of(text, "")));
      return this;
    }

    /** Adds a part of any kind, such as JSON. */
    public Builder part(String name, Payload body) {
      Objects.requireNonNull(name, "name");
      parts.add(new Part(name, null, Objects.requireNonNull(body, "body")));
      return this;
    }

    /** Adds a file. */
    public Builder file(String name, String fileName, Payload content) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(fileName, "fileName");
      parts.add(new Part(name, fileName, Objects.requireNonNull(content, "content")));
      return this;
    }

    /**
     * Returns the body.
     *
     * @throws IllegalStateException if it has no part
     */
    public Multipart build() {
      if (parts.isEmpty()) {
        throw new IllegalStateException("a multipart body needs at least one part");
      }
      return new Multipart(parts);
    }
  }
}
