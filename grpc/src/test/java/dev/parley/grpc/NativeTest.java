package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Operation;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Metadata;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is grpc-java's own: name resolution, load balancing, credentials. */
class NativeTest {
  private static final Operation<Item, Level> GET =
      Operation.of("stock.get", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getGetMethod()));
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();

  @Test
  void resolvesItsTarget_andSpreadsCallsOverAllAddresses() {
    try (StockServer one = StockServer.start();
        StockServer other = StockServer.start();
        Pair pair = new Pair(List.of(one.port(), other.port()))) {
      try (GrpcChannel stock = GrpcChannel.builder("grpc://stock").target(pair.target()).build()) {
        call(stock, 10);
        assertThat(List.of(one.arrivals.get(), other.arrivals.get())).contains(0, 10);
      }
      try (GrpcChannel stock =
          GrpcChannel.builder("grpc://stock")
              .target(pair.target())
              .loadBalancing("round_robin")
              .build()) {
        // Until there is a connection to each, all go to the first.
        while (one.arrivals.get() == 0 || other.arrivals.get() == 0) {
          call(stock, 1);
        }
        int before = one.arrivals.get();
        call(stock, 10);
        assertThat(one.arrivals.get() - before).isEqualTo(5);
      }
    }
  }

  private static void call(GrpcChannel stock, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(stock.call(GET, ITEM).getQuantity()).isEqualTo(7);
    }
  }

  @Test
  void sendsTheCredentialsOfEachCall() {
    Metadata.Key<String> key = Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER);
    CallCredentials credentials =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo request, Executor executor, MetadataApplier applier) {
            Metadata metadata = new Metadata();
            metadata.put(key, "token of " + request.getMethodDescriptor().getBareMethodName());
            applier.apply(metadata);
          }
        };
    try (StockServer server = StockServer.start();
        GrpcChannel stock = GrpcChannel.builder(server.uri()).credentials(credentials).build()) {
      call(stock, 1);
      assertThat(server.lastHeaders.get(key)).isEqualTo("token of Get");
    }
  }

  /** A name that stands for two ports. */
  private static final class Pair extends NameResolverProvider implements AutoCloseable {
    private final String scheme = "pair" + Integer.toHexString(System.identityHashCode(this));
    private final List<EquivalentAddressGroup> addresses;

    Pair(List<Integer> ports) {
      addresses =
          ports.stream()
              .map(port -> new InetSocketAddress("127.0.0.1", port))
              .map(EquivalentAddressGroup::new)
              .toList();
      NameResolverRegistry.getDefaultRegistry().register(this);
    }

    String target() {
      return scheme + ":///stock";
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "stock";
        }

        @Override
        public void start(Listener2 listener) {
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(addresses))
                  .setAttributes(Attributes.EMPTY)
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return scheme;
    }

    @Override
    public java.util.Collection<Class<? extends java.net.SocketAddress>>
        getProducedSocketAddressTypes() {
      return Stream.<Class<? extends java.net.SocketAddress>>of(InetSocketAddress.class).toList();
    }

    @Override
    public void close() {
      NameResolverRegistry.getDefaultRegistry().deregister(this);
    }
  }
}
