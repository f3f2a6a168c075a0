package dev.parley.graphql.apollo;

import com.apollographql.apollo.api.Upload;
import com.apollographql.apollo.api.json.JsonNumber;
import com.apollographql.apollo.api.json.JsonWriter;
import com.apollographql.apollo.api.json.MapJsonWriter;
import dev.parley.Payload;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** Collects variables; Apollo's own writer keeps its kind of numbers, and drops files. */
final class VariablesWriter implements JsonWriter {
  private final MapJsonWriter values = new MapJsonWriter();

  /** Returns what was written, by name. */
  @SuppressWarnings("unchecked") // the names of an object are text
  Map<String, @Nullable Object> variables() {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(values.root(), "root");
  }

  @Override
  public JsonWriter value(JsonNumber value) {
    values.value((Object) new BigDecimal(value.getValue()));
    return this;
  }

  @Override
  public JsonWriter value(Upload value) throws IOException {
    Buffer content = new Buffer();
    value.writeTo(content);
    values.value((Object) Payload.of(content.readByteArray(), value.getContentType()));
    return this;
  }

  @Override
  public JsonWriter beginArray() {
    values.beginArray();
    return this;
  }

  @Override
  public JsonWriter endArray() {
    values.endArray();
    return this;
  }

  @Override
  public JsonWriter beginObject() {
    values.beginObject();
    return this;
  }

  @Override
  public JsonWriter endObject() {
    values.endObject();
    return this;
  }

  @Override
  public JsonWriter name(String name) {
    values.name(name);
    return this;
  }

  @Override
  public JsonWriter value(String value) {
    values.value(value);
    return this;
  }

  @Override
  public JsonWriter value(boolean value) {
    values.value(value);
    return this;
  }

  @Override
  public JsonWriter value(double value) {
    values.value(value);
    return this;
  }

  @Override
  public JsonWriter value(int value) {
    values.value(value);
    return this;
  }

  @Override
  public JsonWriter value(long value) {
    values.value(value);
    return this;
  }

  @Override
  public JsonWriter nullValue() {
    values.nullValue();
    return this;
  }

  @Override
  public String getPath() {
    return values.getPath();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
