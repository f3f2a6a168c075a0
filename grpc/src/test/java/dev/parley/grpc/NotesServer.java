package dev.parley.grpc;

import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import io.grpc.Context;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Logger;

/** Notes on grpc-java. */
final class NotesServer extends NotesPeer {
  private static final Metadata.Key<String> KEY = key("idempotency-key");
  private static final Metadata.Key<String> PUSHBACK = key("grpc-retry-pushback-ms");
  private static final Metadata.Key<String> TOKEN = key(RESUME_TOKEN);
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  // Netty tells at length of streams that were cut, which is what the suites do.
  static final Logger[] QUIET = {
    Logger.getLogger("io.grpc.netty.shaded"), Logger.getLogger("io.grpc.internal")
  };

  static {
    for (Logger each : QUIET) {
      each.setLevel(java.util.logging.Level.OFF);
    }
  }

  private final Predicate<Note> trouble; // whether the network takes the request
  private final Set<ServerCallStreamObserver<byte[]>> open = ConcurrentHashMap.newKeySet();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final List<byte[]> feed = new ArrayList<>(); // guarded by itself
  private final Server server;
  private volatile Metadata lastHeaders = new Metadata();
  private volatile boolean ended;
  private volatile boolean holding;
  private volatile boolean keepsCompleted;

  NotesServer(Predicate<Note> trouble) {
    this(trouble, InsecureServerCredentials.create());
  }

  NotesServer(Predicate<Note> trouble, ServerCredentials credentials) {
    this.trouble = trouble;
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("notes.Notes")
            .addMethod(method("Echo", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::echo))
            .addMethod(
                method("Watch", MethodType.SERVER_STREAMING),
                ServerCalls.asyncServerStreamingCall(this::watch))
            .addMethod(
                method("Talk", MethodType.BIDI_STREAMING),
                ServerCalls.asyncBidiStreamingCall(this::talk))
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), credentials)
            .addService(ServerInterceptors.intercept(service, new Reception()))
            .permitKeepAliveTime(1, TimeUnit.MILLISECONDS)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  int port() {
    return server.getPort();
  }

  @Override
  Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.get(key(name)));
  }

  // ---------------------------------------------------------------- calls

  private void echo(byte[] request, StreamObserver<byte[]> observer) {
    ServerCallStreamObserver<byte[]> reply = (ServerCallStreamObserver<byte[]>) observer;
    Note note = Note.of(request);
    PeerScript current = script;
    Act act = current.arrived(note, HEADERS.get().get(KEY));
    if (trouble.test(note)) {
      return;
    }
    switch (act.kind()) {
      case ECHO -> answer(reply, request);
      case GARBAGE -> answer(reply, "not a note".getBytes());
      case BUSY -> reply.onError(Status.UNAVAILABLE.asRuntimeException());
      case FORBID -> reply.onError(Status.PERMISSION_DENIED.asRuntimeException());
      case DECLINE -> {
        Metadata trailers = new Metadata();
        long wait = act.retryAfter() == null ? 0 : act.retryAfter().toMillis();
        trailers.put(PUSHBACK, Long.toString(wait));
        reply.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException(trailers));
      }
      case HOLD -> {
        reply.setOnCancelHandler(current::abandoned);
        current.released().thenRun(() -> answer(reply, request));
      }
    }
  }

  private static void answer(ServerCallStreamObserver<byte[]> reply, byte[] message) {
    synchronized (reply) {
      if (!reply.isCancelled()) {
        reply.onNext(message);
        reply.onCompleted();
      }
    }
  }

  // ---------------------------------------------------------------- streams

  @Override
  void publish(byte[] message) {
    synchronized (feed) {
      feed.add(message);
    }
    readers.forEach(Reader::pump);
  }

  @Override
  void end() {
    ended = true;
    readers.forEach(Reader::pump);
  }

  private void watch(byte[] request, StreamObserver<byte[]> observer) {
    Reader reader =
        new Reader((ServerCallStreamObserver<byte[]>) observer, after(HEADERS.get().get(TOKEN)));
    readers.add(reader);
    connects.incrementAndGet();
    reader.pump();
  }

  private int after(String token) {
    synchronized (feed) {
      for (int i = feed.size() - 1; token != null && i >= 0; i--) {
        if (new String(feed.get(i)).startsWith(token + "\n")) {
          return i + 1;
        }
      }
      return 0;
    }
  }

  private final class Reader {
    private final ServerCallStreamObserver<byte[]> out;
    private int next; // guarded by this
    private boolean complete; // guarded by this

    Reader(ServerCallStreamObserver<byte[]> out, int next) {
      this.out = out;
      this.next = next;
      out.setOnReadyHandler(this::pump);
      out.setOnCancelHandler(() -> readers.remove(this));
    }

    synchronized void pump() {
      while (out.isReady() && !out.isCancelled() && !complete) {
        byte[] message;
        boolean last;
        synchronized (feed) {
          last = ended && next >= feed.size();
          message = next < feed.size() ? feed.get(next) : null;
        }
        if (message != null) {
          next++;
          out.onNext(message);
        } else if (last) {
          complete = true;
          readers.remove(this);
          out.onCompleted();
        } else {
          return;
        }
      }
    }
  }

  // ---------------------------------------------------------------- sessions

  @Override
  int sessions() {
    return open.size();
  }

  @Override
  void say(byte[] message) {
    for (ServerCallStreamObserver<byte[]> each : open) {
      synchronized (each) {
        if (!each.isCancelled()) {
          each.onNext(message);
        }
      }
    }
  }

  @Override
  void endSessions() {
    for (ServerCallStreamObserver<byte[]> each : open) {
      if (open.remove(each)) {
        synchronized (each) {
          each.onCompleted();
        }
      }
    }
  }

  @Override
  void holdReading(boolean hold) {
    holding = hold;
    if (!hold) {
      open.forEach(each -> each.request(1));
    }
  }

  @Override
  void keepCompletedSessions() {
    keepsCompleted = true;
  }

  private StreamObserver<byte[]> talk(StreamObserver<byte[]> observer) {
    ServerCallStreamObserver<byte[]> out = (ServerCallStreamObserver<byte[]>) observer;
    out.disableAutoRequest();
    out.setOnCancelHandler(() -> open.remove(out));
    heardCompletion = false;
    open.add(out);
    connects.incrementAndGet();
    out.request(1);
    return new StreamObserver<>() {
      @Override
      public void onNext(byte[] message) {
        script.arrived(Note.of(message), null);
        synchronized (out) {
          if (!out.isCancelled()) {
            out.onNext(message);
          }
        }
        if (!holding) {
          out.request(1);
        }
      }

      @Override
      public void onError(Throwable failure) {
        open.remove(out);
      }

      @Override
      public void onCompleted() {
        heardCompletion = true;
        if (!keepsCompleted && open.remove(out)) {
          synchronized (out) {
            out.onCompleted();
          }
        }
      }
    };
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public void close() {
    ended = true;
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(Messages.BYTES, Messages.BYTES)
        .setFullMethodName("notes.Notes/" + name)
        .setType(type)
        .build();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private final class Reception implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      lastHeaders = headers;
      return io.grpc.Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }
}
