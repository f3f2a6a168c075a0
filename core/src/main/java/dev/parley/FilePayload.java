package dev.parley;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

final class FilePayload implements Payload {
  private final Path file;
  private final String contentType;
  private final long size;
  private final FileTime changed;

  FilePayload(Path file, String contentType) {
    this.file = Objects.requireNonNull(file, "file");
    this.contentType = Objects.requireNonNull(contentType, "contentType");
    try {
      this.size = Files.size(file);
      this.changed = Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of(contentType);
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(size);
  }

  @Override
  public boolean isReplayable() {
    try {
      return Files.size(file) == size && Files.getLastModifiedTime(file).equals(changed);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public byte[] toByteArray() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  @Override
  public InputStream openStream() throws IOException {
    return Files.newInputStream(file);
  }

  @Override
  public String toString() {
    return "Payload[" + contentType + ", file of " + size + " bytes]";
  }
}
