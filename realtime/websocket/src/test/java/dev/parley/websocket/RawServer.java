package dev.parley.websocket;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that says what a test wants, byte by byte. */
final class RawServer implements AutoCloseable {
  private final ServerSocket server;
  private final Conversation conversation;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<Integer> closes = new CopyOnWriteArrayList<>();

  /** What it says on one connection. */
  interface Conversation {
    void with(Peer peer) throws Exception;
  }

  RawServer(Conversation conversation) {
    this.conversation = conversation;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        connections.incrementAndGet();
        start(() -> talk(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      Peer peer = new Peer(socket);
      heads.add(peer.head);
      conversation.with(peer);
    } catch (Exception e) {
      // The other side has gone, as some tests want it.
    }
  }

  String uri() {
    return "ws://127.0.0.1:" + server.getLocalPort();
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns the heads of the requests, one for each connection. */
  List<String> heads() {
    return heads;
  }

  /** Returns how many connections were made, with a request or without. */
  int connections() {
    return connections.get();
  }

  /** Returns the codes by which clients have closed, as far as somebody read them. */
  List<Integer> closes() {
    return closes;
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One connection. */
  final class Peer {
    final Socket socket;
    final DataInputStream in;
    final OutputStream out;
    final String head;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
      this.head = readHead();
    }

    private String readHead() throws IOException {
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\r\n\r\n") < 0) {
        read.append((char) in.readUnsignedByte());
      }
      return read.toString();
    }

    String header(String name) {
      for (String line : head.split("\r\n")) {
        if (line.toLowerCase().startsWith(name.toLowerCase() + ": ")) {
          return line.substring(name.length() + 2);
        }
      }
      return "";
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void refuse(int status, String... headers) throws IOException {
      say("HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n" + lines(headers) + "\r\n");
    }

    /** Upgrades; the headers come on top. */
    void upgrade(String... headers) throws Exception {
      byte[] key =
          (header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
              .getBytes(StandardCharsets.US_ASCII);
      String accept =
          Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(key));
      say(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + accept
              + "\r\n"
              + lines(headers)
              + "\r\n");
    }

    private static String lines(String... headers) {
      return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }

    /** Sends a short frame, whose first byte is as it stands on the wire. */
    void frame(int first, byte... payload) throws IOException {
      byte[] frame = new byte[2 + payload.length];
      frame[0] = (byte) first;
      frame[1] = (byte) payload.length;
      System.arraycopy(payload, 0, frame, 2, payload.length);
      out.write(frame);
      out.flush();
    }

    void text(String text) throws IOException {
      frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    void close(int code) throws IOException {
      frame(0x88, (byte) (code >> 8), (byte) code);
    }

    /** Upgrades; on the first connection it also waits for a message. */
    void start() throws Exception {
      upgrade();
      if (heads.size() == 1) {
        readFrame();
      }
    }

    /** Passes on what comes, both ways. */
    void pipeTo(int port) throws IOException {
      Socket onward = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(onward);
      RawServer.start(() -> pipe(onward, socket));
      pipe(socket, onward);
    }

    private static void pipe(Socket from, Socket to) {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        // One side has gone.
      }
    }

    /** Reads to the end, and notes the code by which the client closes. */
    void readAll() throws IOException {
      while (true) {
        readFrame();
      }
    }

    /** Reads a frame, and returns what it holds. */
    String readFrame() throws IOException {
      int opcode = in.readUnsignedByte() & 15;
      long length = in.readUnsignedByte() & 127;
      length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes((int) length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      if (opcode == 8) {
        closes.add(payload.length < 2 ? 1005 : (payload[0] & 255) << 8 | (payload[1] & 255));
      }
      return new String(payload, StandardCharsets.UTF_8);
    }
  }
}
