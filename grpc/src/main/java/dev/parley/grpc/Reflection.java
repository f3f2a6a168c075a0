package dev.parley.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.ChannelClosedException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ProtocolException;
import dev.parley.Session;
import dev.parley.SessionOptions;
import io.grpc.MethodDescriptor;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the schema of a server over one session of its reflection service. */
final class Reflection {
  private static final Duration PATIENCE = Duration.ofSeconds(10); // for one answer
  private static final MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> V1 =
      ServerReflectionGrpc.getServerReflectionInfoMethod();

  private final GrpcChannel channel;
  private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();

  Reflection(GrpcChannel channel) {
    this.channel = channel;
  }

  Collection<FileDescriptorProto> files() {
    try {
      try {
        read(V1);
      } catch (UnimplementedException e) {
        // The messages are the same.
        read(
            V1.toBuilder()
                .setFullMethodName("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
                .build());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommunicationInterruptedException(
          Failure.of(Kind.CANCELLED, Effect.POSSIBLE, "reading the schema was interrupted"));
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException(
          Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the server's schema cannot be read")
              .withCause(e));
    }
    return files.values();
  }

  private void read(MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method)
      throws InterruptedException, InvalidProtocolBufferException {
    Operation<ServerReflectionRequest, ServerReflectionResponse> operation =
        Operation.of(
                "grpc.reflection", ServerReflectionRequest.class, ServerReflectionResponse.class)
            .bind(Grpc.method(method));
    try (Session<ServerReflectionRequest, ServerReflectionResponse> session =
        channel.open(operation, SessionOptions.DEFAULT)) {
      ServerReflectionResponse all =
          ask(session, ServerReflectionRequest.newBuilder().setListServices("*"));
      for (ServiceResponse service : all.getListServicesResponse().getServiceList()) {
        add(
            session,
            ServerReflectionRequest.newBuilder().setFileContainingSymbol(service.getName()));
      }
    }
  }

  private void add(
      Session<ServerReflectionRequest, ServerReflectionResponse> session,
      ServerReflectionRequest.Builder request)
      throws InterruptedException, InvalidProtocolBufferException {
    ServerReflectionResponse response = ask(session, request);
    for (ByteString bytes : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
      FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
      if (files.putIfAbsent(file.getName(), file) == null) {
        for (String each : file.getDependencyList()) {
          if (!files.containsKey(each)) {
            add(session, ServerReflectionRequest.newBuilder().setFileByFilename(each));
          }
        }
      }
    }
  }

  private static ServerReflectionResponse ask(
      Session<ServerReflectionRequest, ServerReflectionResponse> session,
      ServerReflectionRequest.Builder request)
      throws InterruptedException {
    try {
      session.send(request.build());
    } catch (ChannelClosedException e) {
      // It was refused already: the other direction tells why.
    }
    return session
        .inbound()
        .poll(PATIENCE)
        .map(Message::body)
        .orElseThrow(() ->
            new ProtocolException(
                Failure.of(
                    Kind.PROTOCOL,
                    Effect.POSSIBLE,
                    "the server's reflection did not answer within "
                        + PATIENCE.toSeconds()
                        + " s")));
  }
}
