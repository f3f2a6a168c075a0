package dev.parley.grpc;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Hears of the HTTP/2 streams of one call: whether the peer may have seen one, and whether it has
 * answered. A status alone does not tell.
 */
class Trace extends ClientStreamTracer.Factory {
  private volatile boolean sent;
  private volatile boolean answered;

  final boolean wasSent() {
    return sent;
  }

  final boolean wasAnswered() {
    return answered;
  }

  /** From now on the peer may see the request. */
  void sent() {
    sent = true;
  }

  /** The headers were handed to the connection. */
  void headersSent() {}

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new Tracer();
  }

  private final class Tracer extends ClientStreamTracer {
    @Override
    public void streamCreated(Attributes attributes, Metadata headers) {
      sent();
    }

    @Override
    public void outboundHeaders() {
      headersSent();
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      answered = true;
    }
  }
}
