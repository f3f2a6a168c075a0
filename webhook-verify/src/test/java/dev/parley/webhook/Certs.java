package dev.parley.webhook;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA and what it issues, good and bad. */
final class Certs {
  static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant TO = Instant.parse("2027-01-01T00:00:00Z");

  final KeyPair authorityKeys;
  final KeyPair keys;
  final X509Certificate authority;

  Certs() {
    this(1);
  }

  /** The same keys each time, so that what is random is so by its own seed only. */
  Certs(long seed) {
    authorityKeys = newKeys(seed);
    keys = newKeys(seed + 1000);
    authority = issue("CN=Test CA", null, authorityKeys, "CN=Test CA", authorityKeys, FROM, TO);
  }

  private static KeyPair newKeys(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048, random);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Set<TrustAnchor> anchors() {
    return Set.of(new TrustAnchor(authority, null));
  }

  X509Certificate leaf(String name) {
    return leaf(name, FROM, TO);
  }

  X509Certificate leaf(String name, Instant from, Instant to) {
    return issue("CN=" + name, name, keys, "CN=Test CA", authorityKeys, from, to);
  }

  X509Certificate selfSigned(String name) {
    return issue("CN=" + name, name, keys, "CN=" + name, keys, FROM, TO);
  }

  static byte[] pem(X509Certificate... certificates) {
    try {
      StringBuilder pem = new StringBuilder();
      for (X509Certificate certificate : certificates) {
        pem.append("-----BEGIN CERTIFICATE-----\n")
            .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      }
      return pem.toString().getBytes(StandardCharsets.US_ASCII);
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate issue(
      String subject,
      String dns,
      KeyPair subjectKeys,
      String issuer,
      KeyPair issuerKeys,
      Instant from,
      Instant to) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal(issuer),
              BigInteger.valueOf(Math.abs(subject.hashCode()) + 1L),
              Date.from(from),
              Date.from(to),
              new X500Principal(subject),
              subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(dns == null));
      if (dns != null) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.dNSName, dns)));
      }
      var signer = new JcaContentSignerBuilder("SHA256withRSA").build(issuerKeys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
