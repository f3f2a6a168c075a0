package dev.parley.http;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client trusts and how it proves who it is itself.
 *
 * <p>Defaults: the certificate authorities of the JVM, and no certificate of its own. Host names
 * are always checked.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class Tls {
  /** The defaults. */
  public static final Tls DEFAULT = new Tls(null, null, new char[0]);

  private final @Nullable KeyStore trusted;
  private final @Nullable KeyStore own;
  private final char[] password;

  private Tls(@Nullable KeyStore trusted, @Nullable KeyStore own, char[] password) {
    this.trusted = trusted;
    this.own = own;
    this.password = password;
  }

  /** Trusts what these authorities have signed, in place of those of the JVM. */
  public Tls trust(X509Certificate... authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.length; i++) {
        store.setCertificateEntry("authority-" + i, authorities[i]);
      }
      return trust(store);
    } catch (GeneralSecurityException | IOException e) {
      throw refused("the certificates cannot be trusted", e);
    }
  }

  /** Trusts what the authorities of a key store have signed, in place of those of the JVM. */
  public Tls trust(KeyStore authorities) {
    return new Tls(Objects.requireNonNull(authorities, "authorities"), own, password);
  }

  /** Shows the certificate in a key store to peers that ask for one. Defaults to none. */
  public Tls clientCertificate(KeyStore store, char[] newPassword) {
    return new Tls(trusted, Objects.requireNonNull(store, "store"), newPassword.clone());
  }

  void applyTo(OkHttpClient.Builder builder) {
    if (trusted == null && own == null) {
      return;
    }
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trust.getTrustManagers(), null);
      builder.sslSocketFactory(context.getSocketFactory(), x509(trust));
    } catch (GeneralSecurityException e) {
      throw refused("TLS cannot be set up with these key stores", e);
    }
  }

  private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException {
    if (own == null) {
      return null;
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, password);
    return keys.getKeyManagers();
  }

  private static X509TrustManager x509(TrustManagerFactory factory) {
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw refused("the JVM has no trust manager for X.509 certificates", null);
  }

  private static ConfigurationException refused(String message, @Nullable Throwable cause) {
    return new ConfigurationException(
        Failure.of(Kind.LOCAL, Effect.NOT_SENT, message).withCause(cause));
  }

  /** Returns what is set, without any of it. */
  @Override
  public String toString() {
    return "Tls["
        + (trusted == null ? "the JVM's authorities" : "own authorities")
        + ", "
        + (own == null ? "no client certificate" : "client certificate")
        + "]";
  }
}
