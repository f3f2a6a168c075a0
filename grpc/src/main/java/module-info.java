/** gRPC on grpc-java: {@link dev.parley.grpc}. */
@org.jspecify.annotations.NullMarked
module dev.parley.grpc {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive io.grpc;
  requires io.grpc.protobuf;
  requires io.grpc.services;
  requires static io.grpc.stub; // what generated code is annotated with
  requires com.google.protobuf;
  requires com.google.protobuf.util;

  exports dev.parley.grpc;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.grpc.GrpcProvider;
}
