package dev.parley.testkit.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client on a plain socket. */
final class PlainClient implements AutoCloseable {
  final Socket socket;
  final InputStream in;
  final OutputStream out;

  private PlainClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  static PlainClient of(FaultProxy proxy) throws IOException {
    return new PlainClient(new Socket(proxy.address().getAddress(), proxy.port()));
  }

  void send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a line and returns the line that answers it, without its end. */
  String ask(String line) throws IOException {
    send(line + "\n");
    return readLine();
  }

  String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c; (c = in.read()) != '\n'; ) {
      if (c < 0) {
        throw new IOException("end of stream after: " + line);
      }
      line.append((char) c);
    }
    return line.toString();
  }

  String read(int count) throws IOException {
    return new String(in.readNBytes(count), StandardCharsets.UTF_8);
  }

  /** "data", "end of stream", or the exception that the next read meets. */
  String nextRead() {
    try {
      return in.read() < 0 ? "end of stream" : "data";
    } catch (IOException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  /** Whether nothing comes for a while, neither bytes nor an end. */
  boolean hearsNothing() throws IOException {
    socket.setSoTimeout(200);
    try {
      return nextRead().startsWith("SocketTimeoutException");
    } finally {
      socket.setSoTimeout(20_000);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
