package dev.parley.testkit.broken;

import dev.parley.Position;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.Settlement;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A link, and the inlet that it tells, around good ones; what breaks them overrides a method. */
class LinkShell implements PushLink, Inlet {
  final SourceRequest request;
  final Inlet inlet;
  PushLink link; // set before anything comes

  LinkShell(SourceRequest request, Inlet inlet) {
    this.request = request;
    this.inlet = inlet;
  }

  /** Puts a shell around every link of a source that tells. */
  static SourceDriver around(SourceDriver good, Maker maker) {
    PushSource source = (PushSource) good;
    return new PushSource() {
      @Override
      public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
        LinkShell shell = maker.make(request, inlet);
        shell.link = source.connect(request, shell);
        return shell;
      }

      @Override
      public Acknowledgement acknowledgement() {
        return source.acknowledgement();
      }

      @Override
      public void check(SourceRequest request) {
        source.check(request);
      }
    };
  }

  /** Makes shells. */
  interface Maker {
    LinkShell make(SourceRequest request, Inlet inlet);
  }

  @Override
  public Continuity continuity() {
    return link.continuity();
  }

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) throws Exception {
    link.settle(settlement, deliveries);
  }

  @Override
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    return link.decode(inbound, type, codecs);
  }

  @Override
  public void ping() throws Exception {
    link.ping();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return link.unwrap(nativeType);
  }

  @Override
  public void close() {
    link.close();
  }

  @Override
  public void abort() {
    link.abort();
  }

  @Override
  public void request(int more) {
    link.request(more);
  }

  @Override
  public void deliver(Inbound inbound) {
    inlet.deliver(inbound);
  }

  @Override
  public void alive() {
    inlet.alive();
  }

  @Override
  public void moved(Position position) {
    inlet.moved(position);
  }

  @Override
  public void reconnectHint(Duration base) {
    inlet.reconnectHint(base);
  }

  @Override
  public void writable() {
    inlet.writable();
  }

  @Override
  public void lost(Throwable cause) {
    inlet.lost(cause);
  }

  @Override
  public void ended() {
    inlet.ended();
  }
}
