package dev.parley.benchmarks;

import dev.parley.benchmarks.Comparison.Column;
import dev.parley.benchmarks.Comparison.Contender;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/** What is compared in each group, and what is to be reached. */
final class Groups {
  private Groups() {}

  /** A group: it starts what it needs, and has its contenders compared. */
  interface Group {
    void run(Bench bench) throws Exception;
  }

  /** Measures contenders in turn. */
  interface Bench {
    void compare(Comparison comparison);
  }

  /** Returns all groups, in the order in which they run. */
  static Map<String, Group> all() {
    Map<String, Group> groups = new LinkedHashMap<>();
    groups.put("core", Groups::core);
    groups.put("rest", Groups::rest);
    groups.put("graphql", Groups::graphQl);
    groups.put("grpc", Groups::grpc);
    groups.put("sse", Groups::sse);
    groups.put("websocket", Groups::sockets);
    groups.put("polling", Groups::polls);
    groups.put("mqtt", bench -> messages(bench, Broker.MQTT));
    groups.put("rabbitmq", bench -> messages(bench, Broker.RABBITMQ));
    groups.put("kafka", bench -> messages(bench, Broker.KAFKA));
    groups.put("verify", Groups::verify);
    groups.put("inbox", Groups::inbox);
    return groups;
  }

  private static void core(Bench bench) {
    Map<String, String> goals = Map.of("async", "600 ns, 250 B", "blocking", "150 B");
    bench.compare(
        new Comparison(
            "",
            "The pipeline around a driver that does nothing: deadline, retry, attempt timeout,"
                + " budget.",
            "",
            Stream.of("async", "asyncHandedOver", "blocking")
                .map(name -> contender(name, name, 1, "Core." + name))
                .toList(),
            List.of(
                Column.of("ns a call", "%.0f", Main.Measured::meanNanos),
                Column.of("CPU ns a call", "%.0f", Main.Measured::cpuNanos),
                Column.bytes("B a call"),
                new Column("to reach", (name, runs, base) -> goals.getOrDefault(name, "")))));
  }

  private static void rest(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess()) {
      for (int inFlight : new int[] {1, 16}) {
        bench.compare(
            new Comparison(
                inFlight + " in flight",
                "POST of 1 KiB of JSON and the same back, blocking. To reach, for Parley:"
                    + " throughput at least 0.97 of raw OkHttp's, p99 at most 1.10 of it, at most"
                    + " 600 B above it"
                    + (inFlight > 1 ? ", 10,000 calls a second." : "."),
                "client",
                Stream.of(EchoClient.Kind.values())
                    .map(kind ->
                        contender(
                            kind.title,
                            EchoClient.Kind.OKHTTP.title,
                            inFlight,
                            "Rest.echo",
                            server.address(),
                            "client",
                            kind.name()))
                    .toList(),
                List.of(
                    Column.perSecond("calls/s"),
                    Column.throughput("throughput to OkHttp's"),
                    Column.p99("p99 µs", "%.0f"),
                    Column.against(
                        "p99 to OkHttp's", "%.2f", (one, base) -> one.p99Nanos() / base.p99Nanos()),
                    Column.cpu("CPU µs a call", "%.1f"),
                    Column.cpuRatio("CPU to OkHttp's"),
                    Column.bytes("B a call"),
                    Column.bytesAbove("B above OkHttp's"))));
      }
    }
  }

  private static void graphQl(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess(QueryServer.class)) {
      for (int inFlight : new int[] {1, 16}) {
        bench.compare(
            new Comparison(
                inFlight + " in flight",
                "A query with a variable, answered with 1 KiB of prepared data that becomes"
                    + " records, blocking. To reach, for Parley: at least 0.97 of the queries a"
                    + " second of Apollo's runtime"
                    + (inFlight > 1 ? ", 8,000 queries a second." : "."),
                "client",
                Stream.of(QueryClient.Kind.values())
                    .map(kind ->
                        contender(
                            kind.title,
                            QueryClient.Kind.APOLLO.title,
                            inFlight,
                            "Queries.query",
                            server.address(),
                            "client",
                            kind.name()))
                    .toList(),
                List.of(
                    Column.perSecond("queries/s"),
                    Column.throughput("throughput to Apollo's"),
                    Column.p99("p99 µs", "%.0f"),
                    Column.cpu("CPU µs a query", "%.1f"),
                    Column.cpuRatio("CPU to Apollo's"),
                    Column.bytes("B a query"))));
      }
    }
  }

  private static void grpc(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess(GrpcServer.class)) {
      List<Contender> contenders = new ArrayList<>();
      for (String kind : List.of("unary", "stream", "bidi")) {
        for (String size : List.of("64", "1024")) {
          for (String client : List.of("STUB", "PARLEY")) {
            String what = kind + ", " + size + " B, ";
            contenders.add(
                contender(
                    what + (client.equals("STUB") ? "stub" : "Parley"),
                    what + "stub",
                    1,
                    "Grpc." + kind,
                    Integer.toString(server.port()),
                    "client",
                    client,
                    "size",
                    size));
          }
        }
      }
      bench.compare(
          new Comparison(
              "",
              "Protobuf messages of one client thread, blocking, beside what the blocking stub of"
                  + " grpc-java (version 2) does; a stream is read, and a bidirectional one echoes"
                  + " what another thread sends. To reach, for Parley: unary at least 0.97 of the"
                  + " stub and at most 400 B above it; 100,000 messages a second on one"
                  + " bidirectional stream.",
              "method, message, client",
              contenders,
              List.of(
                  Column.perSecond("calls or messages/s"),
                  Column.throughput("to the stub"),
                  Column.p99("p99 µs", "%.1f"),
                  Column.cpu("CPU µs each", "%.1f"),
                  Column.cpuRatio("CPU to the stub"),
                  Column.bytes("B each"),
                  Column.bytesAbove("B above the stub"))));
    }
    sameData(bench);
  }

  private static void sameData(Bench bench) throws Exception {
    Map<String, SameData.Wire> wires = new HashMap<>();
    List<Contender> contenders = new ArrayList<>();
    try (ServerProcess rest = new ServerProcess(SameData.Protocol.REST.server);
        ServerProcess grpc = new ServerProcess(SameData.Protocol.GRPC.server)) {
      for (SameData.Protocol protocol : SameData.Protocol.values()) {
        int port = (protocol == SameData.Protocol.REST ? rest : grpc).port();
        wires.put(protocol.title, SameData.wire(protocol, port));
        contenders.add(
            contender(
                protocol.title,
                SameData.Protocol.REST.title,
                1,
                "SameData.echo",
                Integer.toString(port),
                "protocol",
                protocol.name()));
      }
      double base = wires.get(SameData.Protocol.REST.title).both();
      bench.compare(
          new Comparison(
              "The same data over REST",
              "One order of 1 KiB of JSON to a server that echoes bytes, and back, one after the"
                  + " other, with Parley: as JSON over HTTP/1.1, and as protobuf over gRPC. Bytes"
                  + " are those on the wire of a connection in use, headers included.",
              "protocol",
              contenders,
              List.of(
                  new Column(
                      "bytes there + back", (name, runs, other) -> wires.get(name).toString()),
                  new Column(
                      "to REST's",
                      (name, runs, other) ->
                          String.format(Locale.ROOT, "%.3f", wires.get(name).both() / base)),
                  Column.of("mean µs", "%.1f", run -> run.meanNanos() / 1e3),
                  Column.against(
                      "to REST's", "%.3f", (one, rests) -> one.meanNanos() / rests.meanNanos()),
                  Column.p99("p99 µs", "%.0f"),
                  Column.cpu("CPU µs", "%.1f"),
                  Column.bytes("B allocated"))));
    }
  }

  private static void sse(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess(SseServer.class)) {
      bench.compare(
          new Comparison(
              "",
              "Events of about 100 bytes with id and type, one stream, data as text. To reach, for"
                  + " Parley: at least 0.95 of the events a second of raw okhttp-sse.",
              "client",
              Stream.of(SseClient.Kind.values())
                  .map(kind ->
                      contender(
                          kind.title,
                          SseClient.Kind.OKHTTP.title,
                          1,
                          "Streams.event",
                          server.address(),
                          "client",
                          kind.name()))
                  .toList(),
              List.of(
                  Column.perSecond("events/s"),
                  Column.throughput("to okhttp-sse's"),
                  Column.cpu("CPU µs an event", "%.2f"),
                  Column.cpuRatio("CPU to okhttp-sse's"),
                  Column.bytes("B an event"))));
    }
  }

  private static void sockets(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess()) {
      for (boolean oneWay : new boolean[] {true, false}) {
        for (int bytes : new int[] {64, 16384}) {
          bench.compare(
              new Comparison(
                  (oneWay ? "One way" : "There and back") + ", " + bytes + " bytes of text",
                  oneWay
                      ? "A thousand messages, until the server has them all. To reach: 0.95 of raw"
                          + " Tyrus, 50,000 a second at 64 bytes."
                      : "One after the other. To reach: 0.95 of raw Tyrus, at most 1 ms more at"
                          + " p99.",
                  "client",
                  Stream.of(SocketClient.Kind.values())
                      .map(kind ->
                          contender(
                              kind.title,
                              SocketClient.Kind.TYRUS.title,
                              1,
                              oneWay ? "Sockets.oneWay" : "Sockets.echo",
                              server.address(),
                              "client",
                              kind.name(),
                              "bytes",
                              Integer.toString(bytes)))
                      .toList(),
                  Stream.of(
                          Stream.of(
                              Column.perSecond("messages/s"), Column.throughput("to Tyrus's")),
                          oneWay ? Stream.<Column>of() : Stream.of(Column.p99("p99 µs", "%.0f")),
                          Stream.of(
                              Column.cpu("CPU µs a message", "%.1f"), Column.bytes("B a message")))
                      .flatMap(each -> each)
                      .toList()));
        }
      }
    }
  }

  private static void polls(Bench bench) throws Exception {
    try (ServerProcess server = new ServerProcess(PollServer.class)) {
      for (boolean held : new boolean[] {false, true}) {
        bench.compare(
            new Comparison(
                held ? "Published while a long poll is held" : "Polled, with news each time",
                (held
                        ? "From the publishing of a quote to its arrival, one after the other."
                        : "One quote an answer, asked again at once.")
                    + " To reach: 0.95 of raw OkHttp, at most 1 ms more at p99.",
                "client",
                Stream.of(PollClient.Kind.values())
                    .map(kind ->
                        contender(
                            kind.title,
                            PollClient.Kind.OKHTTP.title,
                            1,
                            "Polls.poll",
                            server.address(),
                            "client",
                            kind.name(),
                            "what",
                            held ? "held" : "ready"))
                    .toList(),
                List.of(
                    Column.perSecond("quotes/s"),
                    Column.throughput("to OkHttp's"),
                    Column.p99("p99 µs", "%.0f"),
                    Column.cpu("CPU µs a quote", "%.1f"),
                    Column.bytes("B a quote"))));
      }
    }
  }

  private static void messages(Bench bench, Broker broker) throws Exception {
    try (LocalServer server = broker.start()) {
      for (boolean consumes : new boolean[] {false, true}) {
        List<Contender> contenders = new ArrayList<>();
        for (String bytes : List.of("64", "1024")) {
          for (MessageClient.Kind kind : MessageClient.Kind.values()) {
            contenders.add(
                contender(
                    bytes + " B, " + kind.title(broker),
                    bytes + " B, " + MessageClient.Kind.RAW.title(broker),
                    1,
                    "Messages.message",
                    Integer.toString(server.port()),
                    "broker",
                    broker.name(),
                    "client",
                    kind.name(),
                    "bytes",
                    bytes,
                    "consumes",
                    Boolean.toString(consumes)));
          }
        }
        bench.compare(
            new Comparison(
                consumes ? "Published, consumed and settled" : "Published",
                broker.messages
                    + ", "
                    + Messages.BLOCK
                    + " at a time, until all are acknowledged"
                    + (consumes
                        ? " and have come back to the same program, which settles them"
                        : "")
                    + ". To reach, for Parley: at least 0.95 of the raw client"
                    + (consumes && broker == Broker.MQTT ? ", 30,000 messages a second." : "."),
                "message, client",
                contenders,
                List.of(
                    Column.perSecond("messages/s"),
                    Column.throughput("to the raw client's"),
                    Column.cpu("CPU µs a message", "%.1f"),
                    Column.cpuRatio("CPU to the raw client's"),
                    Column.bytes("B a message"))));
      }
    }
  }

  private static void verify(Bench bench) {
    for (String size : List.of("1024", "65536")) {
      bench.compare(
          new Comparison(
              "Bodies of " + size + " bytes",
              "One thread. To reach, for Parley"
                  + (size.equals("65536")
                      ? ": at least 0.9 of the bare MAC."
                      : ": nothing is set."),
              "",
              Stream.of(Verify.Kind.values())
                  .map(kind ->
                      contender(
                          kind.title,
                          Verify.Kind.MAC.title,
                          1,
                          "Verify.verify",
                          "",
                          "kind",
                          kind.name(),
                          "size",
                          size))
                  .toList(),
              List.of(
                  Column.perSecond("verifications/s"),
                  Column.throughput("to the bare MAC's"),
                  Column.cpu("CPU µs", "%.1f"),
                  Column.bytes("B"))));
    }
  }

  private static void inbox(Bench bench) throws Exception {
    try (ScriptedServer postgresql = new ScriptedServer("postgresql")) {
      String url = "jdbc:postgresql://127.0.0.1:" + postgresql.port() + "/postgres?user=postgres";
      List<Contender> contenders = new ArrayList<>();
      for (Inbound.Database database : Inbound.Database.values()) {
        for (int threads : new int[] {1, 16}) {
          String name = database + ", " + threads + " at once";
          contenders.add(
              contender(
                  name,
                  name,
                  threads,
                  "Inbound.receive",
                  "",
                  "database",
                  database.name(),
                  "url",
                  url));
        }
      }
      bench.compare(
          new Comparison(
              "",
              "Webhooks of 1 KiB in Stripe's scheme: signed, verified, stored before the answer,"
                  + " and beside that handed to a handler and acknowledged; without HTTP.",
              "",
              contenders,
              List.of(
                  Column.perSecond("deliveries/s"),
                  Column.of("p99 ms", "%.1f", run -> run.p99Micros() / 1e3),
                  Column.cpu("CPU µs a delivery", "%.0f"))));
    }
  }

  private static Contender contender(String name, String base, int threads, String benchmark) {
    return contender(name, base, threads, benchmark, "");
  }

  /** Returns one that runs a benchmark against a server, with parameters by name and value. */
  private static Contender contender(
      String name,
      String base,
      int threads,
      String benchmark,
      String server,
      String... parameters) {
    return new Contender(
        name,
        base,
        threads,
        options -> {
          ChainedOptionsBuilder all =
              options
                  .include(benchmark + "$")
                  .jvmArgsAppend("-D" + ServerProcess.ADDRESS + "=" + server);
          for (int i = 0; i < parameters.length; i += 2) {
            all = all.param(parameters[i], parameters[i + 1]);
          }
          return all;
        });
  }
}
