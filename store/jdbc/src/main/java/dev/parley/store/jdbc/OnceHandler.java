package dev.parley.store.jdbc;

import dev.parley.ConfigurationException;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Handler;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.store.Claim;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;

/** Handles a delivery, and notes that it did, in one transaction; see {@link JdbcStore#once}. */
final class OnceHandler<T> implements Handler<Delivery<T>> {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final byte[] NO_RESULT = {};

  private final Session session;
  private final KeyTable keys;
  private final String scope;
  private final Duration keep;
  private final JdbcStore.Work<? super T> work;

  OnceHandler(
      Session session, KeyTable keys, String scope, Duration keep, JdbcStore.Work<? super T> work) {
    this.session = session;
    this.keys = keys;
    this.scope = scope;
    this.keep = keep;
    this.work = work;
  }

  @Override
  public void handle(Delivery<T> delivery) throws Exception {
    String key = scope + "/" + id(delivery);
    String fingerprint = fingerprint(delivery);
    Claim claim;
    try {
      claim = session.inTransaction(connection -> once(connection, key, fingerprint, delivery));
    } catch (WorkFailed e) {
      throw e.failure;
    }
    if (claim instanceof Claim.InProgress) {
      delivery.retry(LEASE); // claimed outside of a transaction
    } else if (claim instanceof Claim.Mismatch) {
      delivery.reject(
          new ParleyException(
              Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_PROCESSED,
                  "another delivery with this id was handled before")));
    }
  }

  private Claim once(
      Connection connection, String key, String fingerprint, Delivery<? extends T> delivery)
      throws SQLException {
    Claim claim = keys.claim(connection, key, fingerprint, LEASE);
    if (claim instanceof Claim.New mine) {
      try {
        work.handle(delivery, connection);
      } catch (SQLException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new WorkFailed(e);
      }
      if (!keys.complete(connection, key, mine.fence(), NO_RESULT, keep)) {
        throw Problems.conflict("the key");
      }
    }
    return claim;
  }

  private static String id(Delivery<?> delivery) {
    return delivery
        .id()
        .orElseThrow(() ->
            new ConfigurationException(
                Failure.of(
                    Kind.LOCAL,
                    Effect.NOT_SENT,
                    "a delivery without an id cannot be handled once: its sender must give it"
                        + " one")));
  }

  private static String fingerprint(Delivery<?> delivery) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(delivery.payload().toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Carries a failure of the work through the transaction. */
  private static final class WorkFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final transient Exception failure;

    WorkFailed(Exception failure) {
      super(failure);
      this.failure = failure;
    }
  }
}
