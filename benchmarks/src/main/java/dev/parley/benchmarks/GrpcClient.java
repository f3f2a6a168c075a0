package dev.parley.benchmarks;

import com.google.protobuf.BytesValue;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.grpc.GrpcChannel;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;

/** The three kinds of methods, blocking: by what a generated stub calls, and by Parley. */
interface GrpcClient extends AutoCloseable {
  BytesValue call(BytesValue message) throws Exception;

  /** Returns the next message of an endless stream. */
  BytesValue next() throws Exception;

  /** Opens a stream in both directions. */
  void begin() throws Exception;

  void send(BytesValue message) throws Exception;

  BytesValue receive() throws Exception;

  static GrpcClient open(String client, int port, BytesValue message) throws Exception {
    return client.equals("STUB") ? new OnStub(port, message) : new OnParley(port, message);
  }

  /** What the blocking stub of version 2 does. */
  final class OnStub implements GrpcClient {
    private final ManagedChannel channel;
    private final BytesValue message;
    private BlockingClientCall<BytesValue, BytesValue> stream;
    private BlockingClientCall<BytesValue, BytesValue> bidi;

    OnStub(int port, BytesValue message) {
      this.message = message;
      this.channel =
          io.grpc.Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
              .build();
    }

    @Override
    public BytesValue call(BytesValue request) {
      return ClientCalls.blockingUnaryCall(channel, GrpcServer.UNARY, CallOptions.DEFAULT, request);
    }

    @Override
    public BytesValue next() throws Exception {
      if (stream == null) {
        stream =
            ClientCalls.blockingV2ServerStreamingCall(
                channel, GrpcServer.STREAM, CallOptions.DEFAULT, message);
      }
      return stream.read();
    }

    @Override
    public void begin() {
      bidi = ClientCalls.blockingBidiStreamingCall(channel, GrpcServer.BIDI, CallOptions.DEFAULT);
    }

    @Override
    public void send(BytesValue request) throws Exception {
      bidi.write(request);
    }

    @Override
    public BytesValue receive() throws Exception {
      return bidi.read();
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  /** The same through Parley, with its defaults. */
  final class OnParley implements GrpcClient {
    private static final Operation<BytesValue, BytesValue> UNARY =
        operation("echo", GrpcServer.UNARY);
    private static final Operation<BytesValue, BytesValue> STREAM =
        operation("stream", GrpcServer.STREAM);
    private static final Operation<BytesValue, BytesValue> BIDI =
        operation("bidi", GrpcServer.BIDI);

    private final GrpcChannel channel;
    private final BytesValue message;
    private Subscription<Message<BytesValue>> subscription;
    private Iterator<Message<BytesValue>> stream;
    private Session<BytesValue, BytesValue> session;
    private Iterator<Message<BytesValue>> inbound;

    OnParley(int port, BytesValue message) {
      this.message = message;
      this.channel = GrpcChannel.builder("grpc://127.0.0.1:" + port).build();
    }

    @Override
    public BytesValue call(BytesValue request) {
      return channel.call(UNARY, request);
    }

    @Override
    public BytesValue next() {
      if (stream == null) {
        subscription = channel.stream(STREAM, message, StreamOptions.DEFAULT);
        stream = subscription.iterator();
      }
      return stream.next().body();
    }

    @Override
    public void begin() {
      session = channel.open(BIDI, SessionOptions.DEFAULT);
      inbound = session.inbound().iterator();
    }

    @Override
    public void send(BytesValue request) throws Exception {
      session.send(request);
    }

    @Override
    public BytesValue receive() {
      return inbound.next().body();
    }

    @Override
    public void close() {
      channel.abort();
    }

    private static Operation<BytesValue, BytesValue> operation(
        String name, MethodDescriptor<BytesValue, BytesValue> method) {
      return Operation.of(name, BytesValue.class, BytesValue.class)
          .bind(dev.parley.grpc.Grpc.method(method));
    }
  }
}
