package dev.parley.ladder;

import dev.parley.Channel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.StreamChannel;
import dev.parley.testkit.MemoryTransport;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import java.util.Set;

/** A ladder over two peers in memory that publish the same, of which the upper is never there. */
final class LadderHarness implements StreamHarness {
  private static final Operation<Void, Note> NOTES =
      Operation.of("notes.all", Void.class, Note.class);

  private final MemoryTransport above = MemoryTransport.create();
  private final MemoryTransport below = MemoryTransport.create();
  private final PeerScript script = new PeerScript();
  private final String parameters;

  LadderHarness(String parameters) {
    this.parameters = parameters;
    above.faults().refuse();
  }

  @Override
  public String adapter() {
    return "ladder over mem:" + parameters;
  }

  @Override
  public String uri() {
    return "mem:below" + parameters;
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder.provider(below);
  }

  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    return capability.cast(
        LadderChannel.builder()
            .rung(parley.at("mem:above" + parameters).provider(above).open(StreamChannel.class))
            .rung(uri())
            .open(parley));
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Set<Trouble> troubles() {
    return Set.of(Trouble.REFUSE, Trouble.CUT, Trouble.STALL);
  }

  @Override
  public void cause(Trouble trouble) {
    switch (trouble) {
      case REFUSE -> below.faults().partition();
      case CUT -> below.faults().cut();
      default -> below.faults().freeze();
    }
  }

  @Override
  public void heal() {
    below.faults().heal();
  }

  @Override
  public Operation<Void, Note> stream() {
    return NOTES;
  }

  @Override
  public void publish(Note note) {
    below.publish(NOTES, note);
  }

  @Override
  public void publishGarbage() {
    Payload garbage = Payload.of(new byte[] {1, 2, 3}, Note.CONTENT_TYPE);
    below.publish(Operation.of(NOTES.name(), Void.class, Payload.class), garbage);
  }

  @Override
  public void end() {
    below.end(NOTES);
  }

  @Override
  public int connects() {
    return below.arrivals(NOTES);
  }

  @Override
  public void close() {
    below.close();
    above.close();
  }
}
