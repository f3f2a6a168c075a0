package dev.parley.webhook;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * A provider's signing certificate: its name, its dates, and its chain up to a CA that the JDK
 * trusts.
 *
 * <p>A file with the certificate alone, as AWS serves it, has no chain to check. Then it is trusted
 * since it came by TLS from the provider's own host; but it must not be its own issuer.
 */
final class Certificates {
  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,\\\\+\"]+)(?:,|$)");

  private Certificates() {}

  /** Reads a file of certificates, the signer's first, and returns that one. */
  static X509Certificate read(byte[] pem, Instant now, Supplier<Set<TrustAnchor>> anchors) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (var certificate : factory.generateCertificates(new ByteArrayInputStream(pem))) {
        chain.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw untrusted("is not a certificate");
    }
    if (chain.isEmpty() || chain.size() > 10) {
      throw untrusted("is not a certificate");
    }
    X509Certificate signer = chain.get(0);
    if (signer.getIssuerX500Principal().equals(signer.getSubjectX500Principal())) {
      throw untrusted("is its own issuer");
    }
    if (chain.size() > 1) {
      checkChain(chain, now, anchors.get());
    }
    return signer;
  }

  /** Returns the key of a certificate that is valid now and has the right name. */
  static PublicKey key(X509Certificate certificate, Instant now, Pattern name) {
    if (now.isBefore(certificate.getNotBefore().toInstant())
        || now.isAfter(certificate.getNotAfter().toInstant())) {
      throw untrusted("is expired or not valid yet");
    }
    if (names(certificate).stream().noneMatch(each -> name.matcher(each).matches())) {
      throw untrusted("has another name");
    }
    return certificate.getPublicKey();
  }

  /** Returns the CAs that this JDK trusts. */
  static Set<TrustAnchor> jdk() {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      Set<TrustAnchor> anchors = new HashSet<>();
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          for (X509Certificate authority : x509.getAcceptedIssuers()) {
            anchors.add(new TrustAnchor(authority, null));
          }
        }
      }
      return anchors;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the CAs of this JDK cannot be read", e);
    }
  }

  private static void checkChain(
      List<X509Certificate> chain, Instant now, Set<TrustAnchor> anchors) {
    List<X509Certificate> path = new ArrayList<>(chain);
    // A root may be sent along; whether to trust it is not for the sender to say.
    path.removeIf(each -> each.getIssuerX500Principal().equals(each.getSubjectX500Principal()));
    try {
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    } catch (GeneralSecurityException e) {
      throw untrusted("is not signed by a CA that this JDK trusts");
    }
  }

  /** Returns the DNS names, or the common name of a certificate that has none. */
  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.get(0).equals(2)) {
            names.add(String.valueOf(alternative.get(1)));
          }
        }
      }
    } catch (CertificateException e) {
      throw untrusted("has names that cannot be read");
    }
    Matcher subject = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
    if (names.isEmpty() && subject.find()) {
      names.add(subject.group(1));
    }
    return names;
  }

  private static Rejection untrusted(String what) {
    return new Rejection(Reason.UNTRUSTED, "the signing certificate " + what);
  }
}
