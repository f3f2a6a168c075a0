package dev.parley.testkit.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The port of a proxy: open, or refusing and yet kept. Used by the loop's thread only. */
final class Listener {
  private static final int BACKLOG = 1024;

  private final Loop loop;
  private final Runnable onReady;
  private final InetSocketAddress address;
  private @Nullable ServerSocketChannel channel;
  private @Nullable SelectionKey key;
  private @Nullable SocketChannel reservation;

  Listener(Loop loop, Runnable onReady) throws IOException {
    this.loop = loop;
    this.onReady = onReady;
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    this.address = listen(anyPort);
  }

  InetSocketAddress address() {
    return address;
  }

  boolean isOpen() {
    return channel != null;
  }

  void open() {
    if (channel != null) {
      return;
    }
    try {
      if (reservation != null) {
        reservation.close();
        reservation = null;
      }
      listen(address);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on " + address + " again: " + e.getMessage(), e);
    }
  }

  /** Takes the next client that waits, or null. */
  @Nullable SocketChannel accept() throws IOException {
    return channel == null ? null : channel.accept();
  }

  /** Stops accepting for a moment; clients wait. */
  void pause() {
    if (key != null) {
      key.interestOps(0);
    }
  }

  void resume() {
    if (key != null) {
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  void close() {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
      channel = null;
      key = null;
      loop.releaseClosed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    reserve();
  }

  /** Gives the port back. */
  void release() {
    close();
    try {
      if (reservation != null) {
        reservation.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Binds a socket that does not listen. The system refuses connections to it, gives the port to
   * nobody else, and, what would be worse, does not use it as the source of a connection to that
   * same port, which TCP then connects to itself.
   */
  private void reserve() {
    try {
      SocketChannel socket = SocketChannel.open();
      reservation = socket;
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(address);
    } catch (IOException e) {
      // Not every system allows it beside the connections that are left; then the port is only
      // likely, not certain, to be free when it is wanted again.
    }
  }

  private InetSocketAddress listen(InetSocketAddress where) throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open();
    try {
      opened.bind(where, BACKLOG);
      key = loop.register(opened, SelectionKey.OP_ACCEPT, onReady);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    channel = opened;
    return (InetSocketAddress) opened.getLocalAddress();
  }
}
