package dev.parley.benchmarks;

import com.google.protobuf.BytesValue;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Echoes over gRPC, as cheaply as a server can. A process of its own. */
public final class GrpcServer {
  static final MethodDescriptor<BytesValue, BytesValue> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<BytesValue, BytesValue> STREAM =
      method("Stream", MethodType.SERVER_STREAMING);

  /** Echoes a message of any type, as bytes. */
  static final MethodDescriptor<byte[], byte[]> RAW =
      MethodDescriptor.newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("bench.Echo/Raw")
          .setType(MethodType.UNARY)
          .build();

  static final MethodDescriptor<BytesValue, BytesValue> BIDI =
      method("Bidi", MethodType.BIDI_STREAMING);

  private GrpcServer() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("bench.Echo")
            .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcServer::unary))
            .addMethod(RAW, ServerCalls.asyncUnaryCall(GrpcServer::unary))
            .addMethod(STREAM, ServerCalls.asyncServerStreamingCall(GrpcServer::stream))
            .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(GrpcServer::bidi))
            .build();
    Server server =
        io.grpc.Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .directExecutor()
            .build()
            .start();
    System.out.println(server.getPort());
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
    server.shutdownNow();
  }

  private static <T> void unary(T request, StreamObserver<T> reply) {
    reply.onNext(request);
    reply.onCompleted();
  }

  // The request again and again, for as long as somebody reads.
  private static void stream(BytesValue request, StreamObserver<BytesValue> reply) {
    ServerCallStreamObserver<BytesValue> out = (ServerCallStreamObserver<BytesValue>) reply;
    out.setOnReadyHandler(() -> {
      while (out.isReady() && !out.isCancelled()) {
        out.onNext(request);
      }
    });
    out.setOnCancelHandler(() -> {});
  }

  // It takes the next one only while its answers are taken.
  private static StreamObserver<BytesValue> bidi(StreamObserver<BytesValue> reply) {
    ServerCallStreamObserver<BytesValue> out = (ServerCallStreamObserver<BytesValue>) reply;
    AtomicBoolean waiting = new AtomicBoolean(true);
    out.disableAutoRequest();
    out.setOnReadyHandler(() -> {
      if (waiting.getAndSet(false)) {
        out.request(1);
      }
    });
    out.setOnCancelHandler(() -> {});
    return new StreamObserver<>() {
      @Override
      public void onNext(BytesValue value) {
        out.onNext(value);
        if (out.isReady()) {
          out.request(1);
        } else {
          waiting.set(true);
        }
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        out.onCompleted();
      }
    };
  }

  private static MethodDescriptor<BytesValue, BytesValue> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(
            ProtoUtils.marshaller(BytesValue.getDefaultInstance()),
            ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .setFullMethodName("bench.Echo/" + name)
        .setType(type)
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
