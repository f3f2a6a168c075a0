package dev.parley.benchmarks;

import dev.parley.Operation;
import dev.parley.benchmarks.proto.OrderMessage;
import dev.parley.grpc.GrpcChannel;
import dev.parley.testkit.fault.FaultProxy;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One order to a server that echoes bytes, and back: as JSON over REST, as protobuf over gRPC. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SameData {
  /** The protocols, in the order in which they run. */
  enum Protocol {
    REST("REST, JSON", Server.class),
    GRPC("gRPC, protobuf", GrpcServer.class);

    final String title;
    final Class<?> server;

    Protocol(String title, Class<?> server) {
      this.title = title;
      this.server = server;
    }

    Client open(int port) {
      return this == REST ? new OnRest(port) : new OnGrpc(port);
    }
  }

  private static final int CALLS = 1_000;

  @Param({"REST", "GRPC"})
  private String protocol;

  private Client client;

  @Setup
  public void open() throws Exception {
    client = Protocol.valueOf(protocol).open(Integer.getInteger(ServerProcess.ADDRESS));
    if (!client.echo().equals(client.order())) {
      throw new IllegalStateException(protocol + " does not bring back what it took");
    }
  }

  @TearDown
  public void close() throws Exception {
    client.close();
  }

  @Benchmark
  public Object echo() throws Exception {
    return client.echo();
  }

  /** Counts the bytes of one call on a connection that is in use. */
  static Wire wire(Protocol protocol, int port) throws Exception {
    try (FaultProxy counter = FaultProxy.to(port);
        Client client = protocol.open(counter.port())) {
      for (int i = 0; i < CALLS; i++) {
        client.echo(); // until both sides have compressed their headers as far as they can
      }
      long there = counter.bytesToServer();
      long back = counter.bytesToClient();
      for (int i = 0; i < CALLS; i++) {
        client.echo();
      }
      return new Wire(
          (double) (counter.bytesToServer() - there) / CALLS,
          (double) (counter.bytesToClient() - back) / CALLS);
    }
  }

  /** The bytes of one call, to the server and back. */
  record Wire(double there, double back) {
    double both() {
      return there + back;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.0f + %.0f", there, back);
    }
  }

  /** Sends an order, and gets it back. */
  interface Client extends AutoCloseable {
    Object order();

    Object echo() throws Exception;
  }

  private static final class OnRest implements Client {
    private final Order order = Order.sample();
    private final EchoClient client;

    OnRest(int port) {
      client = EchoClient.Kind.PARLEY.open("http://127.0.0.1:" + port);
    }

    @Override
    public Object order() {
      return order;
    }

    @Override
    public Object echo() throws Exception {
      return client.echo(order);
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private static final class OnGrpc implements Client {
    private static final Operation<OrderMessage, OrderMessage> ECHO =
        Operation.of("echo", OrderMessage.class, OrderMessage.class)
            .bind(
                dev.parley.grpc.Grpc.method(
                    MethodDescriptor.newBuilder(
                            ProtoUtils.marshaller(OrderMessage.getDefaultInstance()),
                            ProtoUtils.marshaller(OrderMessage.getDefaultInstance()))
                        .setFullMethodName(GrpcServer.RAW.getFullMethodName())
                        .setType(MethodType.UNARY)
                        .build()));

    private final OrderMessage order = message(Order.sample());
    private final GrpcChannel channel;

    OnGrpc(int port) {
      channel = GrpcChannel.builder("grpc://127.0.0.1:" + port).build();
    }

    private static OrderMessage message(Order order) {
      OrderMessage.Builder message =
          OrderMessage.newBuilder()
              .setId(order.id())
              .setCustomer(order.customer())
              .setAddress(order.address());
      for (Order.Line line : order.lines()) {
        message
            .addLinesBuilder()
            .setSku(line.sku())
            .setTitle(line.title())
            .setQuantity(line.quantity())
            .setPriceInCents(line.priceInCents());
      }
      return message.build();
    }

    @Override
    public Object order() {
      return order;
    }

    @Override
    public Object echo() {
      return channel.call(ECHO, order);
    }

    @Override
    public void close() {
      channel.abort();
    }
  }
}
