package dev.parley.graphql;

import dev.parley.Payload;
import dev.parley.http.Bodies;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** What stands around variables in a request, in full or with the document's hash in its place. */
final class Envelope {
  private static final MediaType JSON = MediaType.get(Bound.JSON);

  private final String document;
  private final @Nullable String name;
  private final String extensions;
  private final byte[] full;
  private final byte[] hashed;
  private final byte[] registering;

  Envelope(Document document, Document.Definition definition) {
    this.document = document.text();
    this.name = definition.name();
    this.extensions =
        "{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"" + document.hash() + "\"}}";
    String named = name == null ? "" : ",\"operationName\":" + JsonText.quoted(name);
    String query = "\"query\":" + JsonText.quoted(document.text());
    this.full = JsonText.utf8("{" + query + named);
    this.hashed = JsonText.utf8("{\"extensions\":" + extensions + named);
    this.registering = JsonText.utf8("{" + query + ",\"extensions\":" + extensions + named);
  }

  /** How the document goes out. */
  enum Form {
    /** As it is. */
    FULL,
    /** As its hash alone. */
    HASHED,
    /** Both, for the server to keep. */
    REGISTERING
  }

  /** Returns a body of JSON, or of several parts if there are files. */
  RequestBody body(Bound.Variables variables, boolean batch, Form form) {
    byte[] json = json(variables.json(), batch, form);
    return variables.files().isEmpty()
        ? Bodies.bytes(json, JSON)
        : multipart(json, variables.files());
  }

  /** Returns the request of one operation with its document, as JSON. */
  byte[] full(Bound.Variables variables) {
    return one(full, variables.json().get(0));
  }

  /** Returns an address that holds all of a query. */
  HttpUrl url(HttpUrl endpoint, Bound.Variables variables, Form form) {
    HttpUrl.Builder url = endpoint.newBuilder();
    if (form != Form.HASHED) {
      url.addQueryParameter("query", document);
    }
    if (name != null) {
      url.addQueryParameter("operationName", name);
    }
    byte[] json = variables.json().get(0);
    if (json.length > 0) {
      url.addQueryParameter("variables", new String(json, StandardCharsets.UTF_8));
    }
    if (form != Form.FULL) {
      url.addQueryParameter("extensions", extensions);
    }
    return url.build();
  }

  private byte[] json(List<byte[]> variables, boolean batch, Form form) {
    byte[] prefix =
        switch (form) {
          case FULL -> full;
          case HASHED -> hashed;
          case REGISTERING -> registering;
        };
    if (!batch) {
      return one(prefix, variables.get(0));
    }
    byte[][] pieces = new byte[2 * variables.size() + 1][];
    for (int i = 0; i < variables.size(); i++) {
      pieces[2 * i] = new byte[] {(byte) (i == 0 ? '[' : ',')};
      pieces[2 * i + 1] = one(prefix, variables.get(i));
    }
    pieces[pieces.length - 1] = new byte[] {']'};
    return join(pieces);
  }

  private static byte[] one(byte[] prefix, byte[] variables) {
    return variables.length == 0
        ? join(prefix, new byte[] {'}'})
        : join(prefix, JsonText.utf8(",\"variables\":"), variables, new byte[] {'}'});
  }

  // https://github.com/jaydenseric/graphql-multipart-request-spec
  private static RequestBody multipart(byte[] operations, Map<String, Payload> files) {
    StringBuilder map = new StringBuilder("{");
    int index = 0;
    for (String path : files.keySet()) {
      map.append(index == 0 ? "" : ",").append('"').append(index++).append("\":[");
      map.append(JsonText.quoted(path)).append(']');
    }
    MultipartBody.Builder parts =
        new MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("operations", null, Bodies.bytes(operations, JSON))
            .addFormDataPart(
                "map", null, Bodies.bytes(JsonText.utf8(map.append("}").toString()), JSON));
    index = 0;
    for (Payload file : files.values()) {
      MediaType type = file.contentType().map(MediaType::parse).orElse(null);
      parts.addFormDataPart(Integer.toString(index), "file-" + index, Bodies.payload(file, type));
      index++;
    }
    return parts.build();
  }

  static byte[] join(byte[]... pieces) {
    int length = 0;
    for (byte[] each : pieces) {
      length += each.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] each : pieces) {
      System.arraycopy(each, 0, all, at, each.length);
      at += each.length;
    }
    return all;
  }
}
