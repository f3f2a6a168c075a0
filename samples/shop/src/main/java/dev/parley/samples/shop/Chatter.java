package dev.parley.samples.shop;

import dev.parley.DuplexChannel;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.Subscription;
import dev.parley.websocket.WebSocket;
import java.net.URI;

/**
 * A customer who chats with another one, with Parley: counts aloud, and hears the other count.
 *
 * <p><b>Threads:</b> one thread talks; the rest is for any thread.
 */
final class Chatter implements AutoCloseable {
  private static final Operation<String, String> CHAT =
      Operation.of("chat", String.class, String.class).bind(WebSocket.at("/chat"));

  private final Holes holes = new Holes(0);
  private final Session<String, String> session;
  private long said;

  /** Enters the room. */
  Chatter(Parley parley, URI shop, ReconnectPolicy reconnect) {
    DuplexChannel room = parley.open(shop.toString(), DuplexChannel.class);
    this.session = room.open(CHAT, SessionOptions.DEFAULT.reconnect(reconnect));
    session.onStateChange(holes);
    Subscription<Message<String>> inbound = session.inbound();
    var unusedSinceTheSessionTells =
        inbound.start(message -> holes.saw(Long.parseLong(message.body())));
  }

  /** Says the next number. */
  void talk() throws InterruptedException {
    session.send(Long.toString(said++));
  }

  long said() {
    return said;
  }

  /** Returns what this one heard of the other. */
  Holes holes() {
    return holes;
  }

  @Override
  public void close() {
    session.close();
  }
}
