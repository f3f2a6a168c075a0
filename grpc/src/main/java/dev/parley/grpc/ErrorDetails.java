package dev.parley.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.parley.Payload;
import io.grpc.Metadata;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code google.rpc.Status} from the trailers of an answer. */
final class ErrorDetails {
  private static final Metadata.Key<byte[]> STATUS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final String GOOGLE_RPC = "google.rpc.";

  private ErrorDetails() {}

  /** Returns the details, or none if they are not there or cannot be read. */
  static List<ErrorDetail> of(Metadata trailers) {
    byte[] status = trailers.get(STATUS);
    if (status == null) {
      return List.of();
    }
    try {
      List<ErrorDetail> details = new ArrayList<>();
      for (byte[] any : Fields.of(status).all(3)) {
        Fields fields = Fields.of(any);
        details.add(detail(fields.text(1), fields.bytes(2)));
      }
      return List.copyOf(details);
    } catch (IOException | ArithmeticException | DateTimeException e) {
      return List.of(); // the status is the news; its details only explain it
    }
  }

  private static ErrorDetail detail(String typeUrl, byte[] value) throws IOException {
    String type = typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
    if (!type.startsWith(GOOGLE_RPC)) {
      return new ErrorDetail.Other(typeUrl, Payload.of(value, "application/x-protobuf"));
    }
    Fields fields = Fields.of(value);
    return switch (type.substring(GOOGLE_RPC.length())) {
      case "RetryInfo" -> {
        Fields delay = Fields.of(fields.bytes(1));
        yield new ErrorDetail.RetryInfo(Duration.ofSeconds(delay.number(1), delay.number(2)));
      }
      case "ErrorInfo" -> new ErrorDetail.ErrorInfo(fields.text(1), fields.text(2), fields.map(3));
      case "BadRequest" -> new ErrorDetail.BadRequest(violations(fields, false));
      case "PreconditionFailure" -> new ErrorDetail.PreconditionFailure(violations(fields, true));
      case "QuotaFailure" -> new ErrorDetail.QuotaFailure(violations(fields, false));
      case "ResourceInfo" ->
          new ErrorDetail.ResourceInfo(
              fields.text(1), fields.text(2), fields.text(3), fields.text(4));
      case "RequestInfo" -> new ErrorDetail.RequestInfo(fields.text(1), fields.text(2));
      case "LocalizedMessage" -> new ErrorDetail.LocalizedMessage(fields.text(1), fields.text(2));
      case "Help" -> {
        List<ErrorDetail.Link> links = new ArrayList<>();
        for (byte[] each : fields.all(1)) {
          Fields link = Fields.of(each);
          links.add(new ErrorDetail.Link(link.text(1), link.text(2)));
        }
        yield new ErrorDetail.Help(List.copyOf(links));
      }
      case "DebugInfo" -> new ErrorDetail.DebugInfo(fields.texts(1), fields.text(2));
      default -> new ErrorDetail.Other(typeUrl, Payload.of(value, "application/x-protobuf"));
    };
  }

  private static List<ErrorDetail.Violation> violations(Fields fields, boolean typed)
      throws IOException {
    List<ErrorDetail.Violation> violations = new ArrayList<>();
    for (byte[] each : fields.all(1)) {
      Fields violation = Fields.of(each);
      violations.add(
          typed
              ? new ErrorDetail.Violation(
                  violation.text(1) + " " + violation.text(2), violation.text(3))
              : new ErrorDetail.Violation(violation.text(1), violation.text(2)));
    }
    return List.copyOf(violations);
  }

  /**
   * The fields of a message by their numbers. The generated classes would do, but the library they
   * are in has no module name.
   */
  private record Fields(Map<Integer, List<byte[]>> values, Map<Integer, Long> numbers) {
    static Fields of(byte[] message) throws IOException {
      Map<Integer, List<byte[]>> values = new HashMap<>();
      Map<Integer, Long> numbers = new HashMap<>();
      CodedInputStream in = CodedInputStream.newInstance(message);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int number = WireFormat.getTagFieldNumber(tag);
        switch (WireFormat.getTagWireType(tag)) {
          case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
              values.computeIfAbsent(number, n -> new ArrayList<>()).add(in.readByteArray());
          case WireFormat.WIRETYPE_VARINT -> numbers.put(number, in.readInt64());
          default -> in.skipField(tag);
        }
      }
      return new Fields(values, numbers);
    }

    List<byte[]> all(int number) {
      return values.getOrDefault(number, List.of());
    }

    byte[] bytes(int number) {
      List<byte[]> all = all(number);
      return all.isEmpty() ? new byte[0] : all.get(all.size() - 1);
    }

    String text(int number) {
      return new String(bytes(number), java.nio.charset.StandardCharsets.UTF_8);
    }

    List<String> texts(int number) {
      return all(number).stream()
          .map(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
          .toList();
    }

    long number(int number) {
      return numbers.getOrDefault(number, 0L);
    }

    Map<String, String> map(int number) throws IOException {
      Map<String, String> map = new HashMap<>();
      for (byte[] each : all(number)) {
        Fields entry = Fields.of(each);
        map.put(entry.text(1), entry.text(2));
      }
      return Map.copyOf(map);
    }
  }
}
