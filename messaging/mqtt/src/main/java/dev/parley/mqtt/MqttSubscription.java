package dev.parley.mqtt;

import dev.parley.Gap;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One consumer: a session at the broker that outlives its connections, each of which is a native
 * client of its own.
 */
final class MqttSubscription implements PushSource {
  private final Wires wires;
  private final MqttSettings settings;
  private final Time time;
  private final SessionNames names;
  private final String endpoint;
  private final Mqtt address;
  private final String filter;
  private final @Nullable String name; // of a session that outlives the subscription
  private final String clientId;
  private volatile boolean hasSubscribed;

  MqttSubscription(
      Wires wires,
      MqttSettings settings,
      DriverContext context,
      String endpoint,
      SourceRequest.OfQueue request) {
    this.wires = wires;
    this.settings = settings;
    this.time = context.time();
    this.names = context.shared(SessionNames.class, SessionNames::new);
    this.endpoint = endpoint;
    this.address = Names.binding(request.topic());
    String group = request.options().group().orElse(settings.group);
    this.filter = group == null ? address.filter() : "$share/" + group + "/" + address.filter();
    if (settings.clientId == null) {
      this.name = null;
      this.clientId = "parley-" + UUID.randomUUID();
    } else {
      String base = settings.clientId + "-" + request.topic().name();
      this.name = group == null ? base : base + "-" + group;
      this.clientId = names.take(endpoint, name);
    }
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    MqttLink link = new MqttLink(inlet, address, time, name == null);
    Wire wire = wires.wire(clientId, link::gone);
    link.listen(wire);
    CompletableFuture<Wire.Session> connecting =
        wire.connect(new Wire.Start(resumes(), settings.receiveMaximum));
    try {
      Wire.Session session = await(connecting, link);
      int granted = await(wire.subscribe(filter, address.qos()), link);
      if (granted == 0) {
        throw Failures.refused(
            "the broker grants QoS 0 only, which cannot be acknowledged: allow QoS 1 there");
      }
      link.stands(continuity(session));
    } catch (Exception e) {
      // Also one that comes up only now.
      CompletableFuture<?> unusedSinceNobodyWaits = connecting.thenRun(link::abort);
      throw e instanceof InterruptedException ? e : Failures.notConnected(e);
    }
    hasSubscribed = true;
    return link;
  }

  // On 3.1.1 nothing ends a session that nobody comes back to.
  private boolean resumes() {
    return settings.version == 5 || name != null;
  }

  private Continuity continuity(Wire.Session session) {
    if (session.isPresent()) {
      return new Continuity(Gap.NONE, "the broker kept the session");
    }
    return hasSubscribed
        ? new Continuity(Gap.LOST, "the broker has lost the session")
        : new Continuity(Gap.NONE, "a new session");
  }

  /** Waits for an answer, or for the end of the link, which the native client does not tell. */
  private <T> T await(CompletableFuture<T> answer, MqttLink link) throws Exception {
    try {
      CompletableFuture.anyOf(answer, link.end())
          .get(2 * settings.connectTimeout.toMillis(), TimeUnit.MILLISECONDS);
      return answer.join();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void ended() {
    if (name != null) {
      names.release(endpoint, clientId);
    }
  }
}
