package dev.parley.grpc;

import com.google.protobuf.Descriptors;
import com.google.protobuf.TypeRegistry;
import dev.parley.Binding;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How an operation travels over gRPC: which method, and how its messages are written.
 *
 * <ul>
 *   <li>{@link #method} takes a generated {@link MethodDescriptor}; the operation's types are the
 *       generated messages. Its {@code idempotency_level} is what a repetition is taken to do,
 *       unless the operation says otherwise.
 *   <li>{@link #unary}, {@link #serverStream}, {@link #clientStream} and {@link #bidi} take a name;
 *       messages are written by the codecs of Parley, which the server must know.
 *   <li>{@link GrpcSchema#method} knows a method by its schema alone; messages are JSON.
 * </ul>
 *
 * {@snippet class="dev.parley.grpc.GrpcSnippets" region="operation"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the replies
 */
public final class Grpc<Q, R> implements Binding {
  private final String name;
  private final MethodType type;
  private final @Nullable MethodDescriptor<Q, R> descriptor;
  private final @Nullable Dynamic dynamic;
  private final Extras<Q, R> extras;

  private Grpc(
      String name,
      MethodType type,
      @Nullable MethodDescriptor<Q, R> descriptor,
      @Nullable Dynamic dynamic,
      Extras<Q, R> extras) {
    this.name = name;
    this.type = type;
    this.descriptor = descriptor;
    this.dynamic = dynamic;
    this.extras = extras;
  }

  /** Returns a binding to a generated method, such as {@code StockGrpc.getGetMethod()}. */
  public static <Q, R> Grpc<Q, R> method(MethodDescriptor<Q, R> method) {
    return new Grpc<>(method.getFullMethodName(), method.getType(), method, null, Extras.none());
  }

  /**
   * Returns a binding to a method with one request and one reply, whose messages are written by
   * codecs.
   *
   * @param name the full name, such as {@code shop.Stock/Get}
   */
  public static <Q, R> Grpc<Q, R> unary(String name) {
    return named(name, MethodType.UNARY);
  }

  /** Returns a binding to a method with one request and many replies, written by codecs. */
  public static <Q, R> Grpc<Q, R> serverStream(String name) {
    return named(name, MethodType.SERVER_STREAMING);
  }

  /** Returns a binding to a method with many requests and one reply, written by codecs. */
  public static <Q, R> Grpc<Q, R> clientStream(String name) {
    return named(name, MethodType.CLIENT_STREAMING);
  }

  /** Returns a binding to a method that talks in both directions, written by codecs. */
  public static <Q, R> Grpc<Q, R> bidi(String name) {
    return named(name, MethodType.BIDI_STREAMING);
  }

  /**
   * Resumes a server stream after a loss with another request. Without this, or {@link
   * #resumeByHeader}, a stream begins anew and reports that there may be a gap.
   *
   * @param restart makes the request that goes on behind a token
   * @param token returns the token of an element
   */
  public Grpc<Q, R> resume(BiFunction<Q, String, Q> restart, Function<R, String> token) {
    Objects.requireNonNull(restart, "restart");
    Objects.requireNonNull(token, "token");
    requireServerStream();
    return with(new Extras<>(extras.options, extras.compression, restart, null, token));
  }

  /**
   * Resumes a server stream after a loss with the token of the last element in a header.
   *
   * @param header the name of the header, such as {@code resume-token}
   * @param token returns the token of an element
   */
  public Grpc<Q, R> resumeByHeader(String header, Function<R, String> token) {
    Objects.requireNonNull(header, "header");
    Objects.requireNonNull(token, "token");
    requireServerStream();
    return with(new Extras<>(extras.options, extras.compression, null, header, token));
  }

  /** Compresses requests, with {@code gzip} for example. Defaults to what the channel does. */
  public Grpc<Q, R> compression(String compressor) {
    Objects.requireNonNull(compressor, "compressor");
    return with(
        new Extras<>(
            extras.options, compressor, extras.restart, extras.resumeHeader, extras.token));
  }

  /** Changes the native options of each attempt. Unportable. Defaults to no change. */
  public Grpc<Q, R> nativeOptions(UnaryOperator<CallOptions> change) {
    Objects.requireNonNull(change, "change");
    return with(
        new Extras<>(
            change, extras.compression, extras.restart, extras.resumeHeader, extras.token));
  }

  /** Returns the full name of the method, such as {@code shop.Stock/Get}. */
  public String name() {
    return name;
  }

  MethodType type() {
    return type;
  }

  @Nullable MethodDescriptor<Q, R> descriptor() {
    return descriptor;
  }

  @Nullable Dynamic dynamic() {
    return dynamic;
  }

  static <Q, R> Grpc<Q, R> dynamic(
      String name, Descriptors.MethodDescriptor method, TypeRegistry types) {
    MethodType type =
        method.isServerStreaming()
            ? method.isClientStreaming() ? MethodType.BIDI_STREAMING : MethodType.SERVER_STREAMING
            : method.isClientStreaming() ? MethodType.CLIENT_STREAMING : MethodType.UNARY;
    return new Grpc<>(name, type, null, new Dynamic(method, types), Extras.none());
  }

  Extras<Q, R> extras() {
    return extras;
  }

  private Grpc<Q, R> with(Extras<Q, R> newExtras) {
    return new Grpc<>(name, type, descriptor, dynamic, newExtras);
  }

  private static <Q, R> Grpc<Q, R> named(String name, MethodType type) {
    int slash = name.lastIndexOf('/');
    if (slash <= 0 || slash == name.length() - 1 || name.indexOf('/') != slash) {
      throw Problems.refused(
          "\"" + name + "\" is not the full name of a gRPC method: write it like shop.Stock/Get");
    }
    return new Grpc<>(name, type, null, null, Extras.none());
  }

  private void requireServerStream() {
    if (type != MethodType.SERVER_STREAMING) {
      throw Problems.refused(name + " is " + type + ": only a server stream can be resumed");
    }
  }

  @Override
  public String toString() {
    return "Grpc[" + name + ", " + type + "]";
  }

  /** A method that is known by a schema alone. */
  record Dynamic(Descriptors.MethodDescriptor method, TypeRegistry types) {}

  /** What few bindings have. */
  record Extras<Q, R>(
      @Nullable UnaryOperator<CallOptions> options,
      @Nullable String compression,
      @Nullable BiFunction<Q, String, Q> restart,
      @Nullable String resumeHeader,
      @Nullable Function<R, String> token) {
    static <Q, R> Extras<Q, R> none() {
      return new Extras<>(null, null, null, null, null);
    }
  }
}
