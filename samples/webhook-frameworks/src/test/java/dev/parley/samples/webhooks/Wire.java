package dev.parley.samples.webhooks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** A client that writes its request by hand, and reads the answer while it does. */
final class Wire implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 45_000;

  private final Socket socket;

  Wire(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Writes this many bytes, and returns how many of them went out before the connection ended. */
  long pour(long count) {
    byte[] chunk = new byte[1 << 16];
    long written = 0;
    try {
      OutputStream out = socket.getOutputStream();
      while (written < count) {
        int size = (int) Math.min(chunk.length, count - written);
        out.write(chunk, 0, size);
        written += size;
      }
    } catch (IOException ended) {
      // The server has closed.
    }
    return written;
  }

  /** Returns the status of the answer; nothing if the connection was reset before it was read. */
  CompletableFuture<OptionalInt> status() {
    CompletableFuture<OptionalInt> status = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                BufferedReader in =
                    new BufferedReader(
                        new InputStreamReader(
                            socket.getInputStream(), StandardCharsets.ISO_8859_1));
                String line = in.readLine();
                status.complete(
                    line == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(Integer.parseInt(line.split(" ", -1)[1])));
              } catch (java.net.SocketTimeoutException e) {
                status.completeExceptionally(e);
              } catch (IOException reset) {
                status.complete(OptionalInt.empty());
              }
            },
            "wire-reader");
    reader.setDaemon(true);
    reader.start();
    return status;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
