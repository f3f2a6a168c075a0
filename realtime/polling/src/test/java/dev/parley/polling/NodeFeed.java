package dev.parley.polling;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The same feed in a process of Node, {@code feed.js}. */
final class NodeFeed implements Feed {
  private final Process process;
  private final Writer commands;
  private final int port;

  NodeFeed() {
    try {
      Path script = Path.of(NodeFeed.class.getResource("/feed.js").toURI());
      process =
          new ProcessBuilder("../../scripts/node", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      commands = process.outputWriter(StandardCharsets.UTF_8);
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      port = Integer.parseInt(String.valueOf(output.readLine()));
    } catch (IOException e) {
      throw new UncheckedIOException("Node.js cannot be started; see scripts/node", e);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void publish(String members) {
    command("+" + members);
  }

  @Override
  public void end() {
    command("end");
  }

  private synchronized void command(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the server has died", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
