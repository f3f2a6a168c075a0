package dev.parley.grpc;

import dev.parley.Headers;
import dev.parley.spi.Answer;
import io.grpc.ClientCall;

/** An answer whose metadata is copied only if somebody asks for it: headers, then trailers. */
record GrpcAnswer<R>(R body, UnaryCall call) implements Answer<R> {
  @Override
  public Headers headers() {
    return Metadatas.headers(call.headers()).plusAll(Metadatas.headers(call.trailers()));
  }

  @Override
  public ClientCall<?, ?> nativeReply() {
    return call.call();
  }

  // Neither body nor values of headers: they may be secret.
  @Override
  public String toString() {
    return "Answer[OK]";
  }
}
