package dev.parley.websocket;

import dev.parley.Binding;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import jakarta.websocket.ClientEndpointConfig;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an operation travels over WebSocket: {@code WebSocket.at("/chat").subProtocol("chat.v2")}.
 *
 * <p>Defaults: the channel's own path; text frames for text, JSON and XML and binary ones for
 * everything else; no sub-protocol; a feed sends its request, if it has one, as its first message.
 * Sessions and feeds need no binding where these do; calls need {@link #correlation(Correlation)}.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class WebSocket implements Binding {
  static final WebSocket DEFAULT = new WebSocket("", Frames.AUTO, List.of(), null, null, b -> {});

  private final String path;
  private final Frames frames;
  private final List<String> subProtocols;
  private final @Nullable Replay replay;
  private final @Nullable Correlation correlation;
  private final Consumer<ClientEndpointConfig.Builder> customizer;

  private WebSocket(
      String path,
      Frames frames,
      List<String> subProtocols,
      @Nullable Replay replay,
      @Nullable Correlation correlation,
      Consumer<ClientEndpointConfig.Builder> customizer) {
    this.path = path;
    this.frames = frames;
    this.subProtocols = subProtocols;
    this.replay = replay;
    this.correlation = correlation;
    this.customizer = customizer;
  }

  /** What carries a message. */
  enum Frames {
    AUTO,
    TEXT,
    BINARY
  }

  /**
   * Starts a binding.
   *
   * @param path what comes behind the path of the channel's address, such as {@code /chat} or
   *     {@code /feed?symbol=ACME}, encoded as in a URI; empty for nothing
   */
  public static WebSocket at(String path) {
    if (!path.isEmpty() && path.charAt(0) != '/' && path.charAt(0) != '?') {
      throw new ConfigurationException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "the path of a WebSocket binding must begin with / or ?, but is " + path));
    }
    return new WebSocket(path, Frames.AUTO, List.of(), null, null, builder -> {});
  }

  /** Sends messages in text frames, whatever they are. */
  public WebSocket text() {
    return new WebSocket(path, Frames.TEXT, subProtocols, replay, correlation, customizer);
  }

  /** Sends messages in binary frames, whatever they are. */
  public WebSocket binary() {
    return new WebSocket(path, Frames.BINARY, subProtocols, replay, correlation, customizer);
  }

  /** Asks for one of these sub-protocols, best first; a server that takes none fails the open. */
  public WebSocket subProtocol(String... names) {
    return new WebSocket(path, frames, List.of(names), replay, correlation, customizer);
  }

  /** Sets how a feed goes on where it was; the channel must be opened with {@code replays}. */
  public WebSocket replay(Replay newReplay) {
    Objects.requireNonNull(newReplay, "newReplay");
    return new WebSocket(path, frames, subProtocols, newReplay, correlation, customizer);
  }

  /** Sets how a reply tells which request it answers. */
  public WebSocket correlation(Correlation newCorrelation) {
    Objects.requireNonNull(newCorrelation, "newCorrelation");
    return new WebSocket(path, frames, subProtocols, replay, newCorrelation, customizer);
  }

  /** Changes the native configuration of each connect, after that of the channel. Unportable. */
  public WebSocket nativeConfig(Consumer<ClientEndpointConfig.Builder> newCustomizer) {
    Objects.requireNonNull(newCustomizer, "newCustomizer");
    return new WebSocket(path, frames, subProtocols, replay, correlation, newCustomizer);
  }

  String path() {
    return path;
  }

  Frames frames() {
    return frames;
  }

  List<String> subProtocols() {
    return subProtocols;
  }

  @Nullable Replay replay() {
    return replay;
  }

  @Nullable Correlation correlation() {
    return correlation;
  }

  Consumer<ClientEndpointConfig.Builder> customizer() {
    return customizer;
  }

  @Override
  public String toString() {
    return "WebSocket[" + path + "]";
  }
}
