package dev.parley.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quotes behind a cursor. {@code /ready} always has one more; {@code /held} is answered when there
 * is one more, which each byte of a connection that begins with {@code P} publishes. A process of
 * its own.
 */
public final class PollServer {
  private static final Pattern AFTER = Pattern.compile("[?&]after=([0-9]+)");
  private static final Object LOCK = new Object();
  private static long last; // guarded by LOCK

  private PollServer() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(() -> {
      while (true) {
        Socket socket = listener.accept();
        daemon(() -> serve(socket));
      }
    });
    System.out.println(listener.getLocalPort());
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static void daemon(Task task) {
    Thread thread =
        new Thread(() -> {
          try {
            task.run();
          } catch (Exception e) {
            // The client has gone.
          }
        });
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(Socket socket) throws Exception {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (int first = in.read(); first >= 0; first = in.read()) {
        if (first == 'P') {
          publish();
        } else {
          out.write(answer(head(in)));
        }
      }
    }
  }

  private static void publish() {
    synchronized (LOCK) {
      last++;
      LOCK.notifyAll();
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int last4 = 0;
    while (last4 != 0x0d0a0d0a) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client has gone");
      }
      last4 = last4 << 8 | next;
      head.append((char) next);
    }
    return head.toString();
  }

  // The first answer, to who has no cursor yet, is one without a quote.
  private static byte[] answer(String head) throws InterruptedException {
    String target = head.substring(0, head.indexOf(" HTTP"));
    Matcher cursor = AFTER.matcher(target);
    boolean hasCursor = cursor.find();
    long next;
    if (target.contains("/ready")) {
      next = hasCursor ? Long.parseLong(cursor.group(1)) + 1 : 0;
    } else {
      synchronized (LOCK) {
        while (hasCursor && last <= Long.parseLong(cursor.group(1))) {
          LOCK.wait();
        }
        next = last;
      }
    }
    String quote =
        "{\"symbol\":\"ACME\",\"bid\":17.25,\"ask\":17.26,\"size\":100,\"number\":" + next + "}";
    String body = "{\"quotes\":[" + (hasCursor ? quote : "") + "],\"next\":\"" + next + "\"}";
    return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
