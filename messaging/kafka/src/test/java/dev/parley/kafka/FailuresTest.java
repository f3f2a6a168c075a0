package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.RemoteException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import java.util.List;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RTY-1: what each native failure says of kind and effect. */
class FailuresTest {
  private record Row(
      Throwable failure, Class<? extends ParleyException> type, Kind kind, Effect effect) {}

  static List<Row> table() {
    return List.of(
        row(new NetworkException("x"), RemoteException.class, Kind.TRANSIENT, Effect.POSSIBLE),
        row(
            new NotEnoughReplicasException("x"),
            RemoteException.class,
            Kind.TRANSIENT,
            Effect.POSSIBLE),
        row(
            new UnknownServerException("x"),
            RemoteException.class,
            Kind.TRANSIENT,
            Effect.POSSIBLE),
        row(
            new OutOfOrderSequenceException("x"),
            RemoteException.class,
            Kind.TRANSIENT,
            Effect.POSSIBLE),
        row(
            new InvalidProducerEpochException("x"),
            RemoteException.class,
            Kind.TRANSIENT,
            Effect.POSSIBLE),
        row(
            new ThrottlingQuotaExceededException("x"),
            RemoteException.class,
            Kind.THROTTLED,
            Effect.POSSIBLE),
        row(
            new TopicAuthorizationException("x"),
            RemoteException.class,
            Kind.PERMANENT,
            Effect.NOT_PROCESSED),
        row(
            new UnsupportedVersionException("x"),
            RemoteException.class,
            Kind.PERMANENT,
            Effect.NOT_PROCESSED),
        row(
            new SaslAuthenticationException("x"),
            RemoteException.class,
            Kind.AUTHENTICATION,
            Effect.NOT_PROCESSED),
        row(
            new SslAuthenticationException("x"),
            UntrustedPeerException.class,
            Kind.PERMANENT,
            Effect.NOT_SENT),
        row(
            new RecordTooLargeException("x"),
            MessageTooLargeException.class,
            Kind.PERMANENT,
            Effect.NOT_PROCESSED),
        row(
            new BufferExhaustedException("x"),
            OverloadedException.class,
            Kind.THROTTLED,
            Effect.NOT_SENT),
        row(new TimeoutException("x"), TransportException.class, Kind.TRANSIENT, Effect.POSSIBLE),
        row(
            new UnsentException(new TimeoutException("x")),
            UnreachableException.class,
            Kind.TRANSIENT,
            Effect.NOT_SENT),
        row(
            new UnsentException(
                new TimeoutException("x", new UnknownTopicOrPartitionException("y"))),
            RemoteException.class,
            Kind.PERMANENT,
            Effect.NOT_SENT),
        row(
            new KafkaException("x", new ConfigException("No resolvable bootstrap urls given")),
            UnreachableException.class,
            Kind.TRANSIENT,
            Effect.NOT_SENT),
        row(
            new KafkaException("x", new ConfigException("acks", "many")),
            ConfigurationException.class,
            Kind.LOCAL,
            Effect.NOT_SENT),
        row(
            new IllegalStateException("x"),
            TransportException.class,
            Kind.TRANSIENT,
            Effect.POSSIBLE));
  }

  private static Row row(
      Throwable failure, Class<? extends ParleyException> type, Kind kind, Effect effect) {
    return new Row(failure, type, kind, effect);
  }

  @ParameterizedTest
  @MethodSource("table")
  void RTY_1_statesKindAndEffect(Row row) {
    ParleyException stated = Failures.translate(row.failure());

    assertThat(stated).isExactlyInstanceOf(row.type());
    assertThat(stated.kind()).isEqualTo(row.kind());
    assertThat(stated.effect()).isEqualTo(row.effect());
  }
}
