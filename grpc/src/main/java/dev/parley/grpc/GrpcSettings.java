package dev.parley.grpc;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a builder or an address asks for. */
final class GrpcSettings {
  static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

  @Nullable ManagedChannel channel; // the user's own
  @Nullable String target;
  @Nullable ChannelCredentials credentials;
  @Nullable CallCredentials callCredentials;
  @Nullable Supplier<String> bearer;
  @Nullable Consumer<ManagedChannelBuilder<?>> customizer;
  @Nullable String compression;
  @Nullable String loadBalancing;
  @Nullable String healthService;
  Duration keepAlive = KEEP_ALIVE;
  Duration keepAliveTimeout = Duration.ofSeconds(20);
  int maxMessageBytes = 4 << 20;
  String keyHeader = "idempotency-key";
  Headers headers = Headers.empty();

  /** Reads what an address may hold. */
  static GrpcSettings of(ChannelSpec spec) {
    GrpcSettings settings = new GrpcSettings();
    spec.duration("keepAlive").ifPresent(value -> settings.keepAlive = value);
    spec.number("maxMessageBytes").ifPresent(value -> settings.maxMessageBytes = value);
    spec.text("compression").ifPresent(value -> settings.compression = value);
    spec.text("loadBalancing").ifPresent(value -> settings.loadBalancing = value);
    spec.text("healthCheck").ifPresent(value -> settings.healthService = value);
    return settings;
  }

  GrpcSettings copy() {
    GrpcSettings copy = new GrpcSettings();
    copy.channel = channel;
    copy.target = target;
    copy.credentials = credentials;
    copy.callCredentials = callCredentials;
    copy.bearer = bearer;
    copy.customizer = customizer;
    copy.compression = compression;
    copy.loadBalancing = loadBalancing;
    copy.healthService = healthService;
    copy.keepAlive = keepAlive;
    copy.keepAliveTimeout = keepAliveTimeout;
    copy.maxMessageBytes = maxMessageBytes;
    copy.keyHeader = keyHeader;
    copy.headers = headers;
    return copy;
  }

  GrpcTransport transport(ChannelSpec spec, DriverContext context) {
    ManagedChannel given = channel;
    return given == null
        ? new GrpcTransport(this, build(spec, context), true, context)
        : new GrpcTransport(this, given, false, context);
  }

  private ManagedChannel build(ChannelSpec spec, DriverContext context) {
    ChannelCredentials proof = credentials;
    if (proof == null) {
      boolean tls = spec.scheme().equals("grpcs");
      proof = tls ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
    }
    ManagedChannelBuilder<?> builder;
    try {
      builder = io.grpc.Grpc.newChannelBuilder(target(spec), proof);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          Failure.of(Kind.LOCAL, Effect.NOT_SENT, "grpc-java cannot open " + spec.endpoint())
              .withCause(e));
    }
    builder
        .offloadExecutor(context.workers())
        .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS)
        .maxInboundMessageSize(maxMessageBytes);
    if (!keepAlive.isZero()) {
      builder.keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS);
    }
    if (healthService != null) {
      builder.defaultServiceConfig(
          Map.of(
              "healthCheckConfig",
              Map.of("serviceName", healthService),
              "loadBalancingConfig",
              List.of(Map.of(loadBalancing == null ? "round_robin" : loadBalancing, Map.of()))));
    } else if (loadBalancing != null) {
      builder.defaultLoadBalancingPolicy(loadBalancing);
    }
    if (customizer != null) {
      customizer.accept(builder);
    }
    // Retries stay enabled for the transparent ones, and no policy gets more than one attempt.
    builder
        .enableRetry()
        .disableServiceConfigLookUp()
        .maxRetryAttempts(1)
        .maxHedgedAttempts(1)
        .directExecutor(); // what runs there copies bytes and wakes who waits
    return builder.build();
  }

  private String target(ChannelSpec spec) {
    if (target != null) {
      return target;
    }
    String authority = spec.uri().getRawAuthority();
    String path = spec.uri().getRawPath();
    if (authority == null || (path != null && !path.isEmpty() && !path.equals("/"))) {
      throw Problems.refused(
          "the address "
              + spec.endpoint()
              + " must have a host and no path: write it like grpc://stock.shop.example:50051");
    }
    return "dns:///" + authority;
  }

  /** Returns the options that all calls begin with. */
  CallOptions callOptions() {
    CallOptions options = CallOptions.DEFAULT;
    if (compression != null) {
      options = options.withCompression(compression);
    }
    return callCredentials == null ? options : options.withCallCredentials(callCredentials);
  }

  boolean checksHealth() {
    return healthService != null;
  }

  String keyHeader() {
    return keyHeader;
  }

  Headers headers() {
    return headers;
  }

  @Nullable String token() {
    return bearer == null ? null : bearer.get();
  }
}
