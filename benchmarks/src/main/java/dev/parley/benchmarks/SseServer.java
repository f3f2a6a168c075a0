package dev.parley.benchmarks;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends events to whoever connects, as many as it takes. A process of its own. */
public final class SseServer {
  private static final int EVENTS_AT_ONCE = 200;

  private SseServer() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread accepting =
        new Thread(() -> {
          while (true) {
            Socket socket;
            try {
              socket = listener.accept();
            } catch (java.io.IOException e) {
              return;
            }
            daemon(() -> serve(socket));
          }
        });
    accepting.setDaemon(true);
    accepting.start();
    System.out.println(listener.getLocalPort());
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      int last4 = 0;
      while (last4 != 0x0d0a0d0a) {
        last4 = last4 << 8 | in.read();
      }
      OutputStream out = socket.getOutputStream();
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk = chunk();
      while (true) {
        out.write(chunk);
      }
    } catch (java.io.IOException e) {
      // The client has gone.
    }
  }

  // Ids, types and about 100 bytes of data, as a feed of quotes has them.
  private static byte[] chunk() {
    StringBuilder events = new StringBuilder();
    for (int i = 0; i < EVENTS_AT_ONCE; i++) {
      events
          .append("id: ")
          .append(1_000_000 + i)
          .append("\nevent: quote\ndata: {\"symbol\":\"ACME\",\"bid\":17.25,\"ask\":17.26,")
          .append("\"size\":100,\"venue\":\"XNAS\",\"time\":\"2026-11-21T12:00:00.000Z\"}\n\n");
    }
    byte[] bytes = events.toString().getBytes(StandardCharsets.US_ASCII);
    String size = Integer.toHexString(bytes.length) + "\r\n";
    return (size + events + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
