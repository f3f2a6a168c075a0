package dev.parley.webhook;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** AWS SNS: a signature in the message, by a certificate that the message gives the address of. */
record Sns(Set<String> topics) implements Method, Handshake {
  private static final String HOST = "https://sns\\.[a-z0-9-]{2,32}\\.amazonaws\\.com(?:\\.cn)?";
  private static final Pattern CERTIFICATE = Pattern.compile(HOST + "/[A-Za-z0-9_-]{1,100}\\.pem");
  private static final Pattern SUBSCRIBE =
      Pattern.compile(HOST + "/\\?Action=ConfirmSubscription&[A-Za-z0-9_.~:=&%-]{1,2000}");
  private static final Pattern NAME =
      Pattern.compile("sns(?:-signing)?(?:\\.[a-z0-9-]+)?\\.amazonaws\\.com(?:\\.cn)?");

  private static final List<String> NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  @Override
  public Proof verify(Attempt attempt) {
    Material message = attempt.material();
    String algorithm =
        switch (message.requiredJson("SignatureVersion")) {
          case "1" -> "SHA1withRSA";
          case "2" -> "SHA256withRSA";
          default -> throw new Rejection(Reason.UNSUPPORTED, "SignatureVersion is unknown");
        };
    byte[] signature = Encoding.BASE64.decode(message.requiredJson("Signature"));
    if (signature == null) {
      throw new Rejection(Reason.MALFORMED, "Signature is not Base64");
    }
    byte[] signed = Encoding.utf8(signedText(message));
    String url = message.requiredJson("SigningCertURL");
    PublicKey key = key(url, attempt);
    if (!Crypto.verify(algorithm, key, Crypto.Text.of(signed), signature)) {
      throw Attempt.mismatch();
    }
    if (!topics.contains(message.requiredJson("TopicArn"))) {
      throw new Rejection(Reason.WRONG_TARGET, "TopicArn is none of those expected");
    }
    String name = url.substring(url.lastIndexOf('/') + 1);
    return Proof.fetched(name, TimeFormat.RFC_3339.parse(message.requiredJson("Timestamp")));
  }

  private static PublicKey key(String url, Attempt attempt) {
    if (!CERTIFICATE.matcher(url).matches()) {
      throw new Rejection(Reason.UNTRUSTED, "SigningCertURL is not an address of AWS SNS");
    }
    X509Certificate certificate =
        attempt
            .fetched()
            .get(
                url,
                KeyFetcher.Query.get(url),
                FetchedKeys.DAY,
                attempt.now(),
                X509Certificate.class,
                pem -> Certificates.read(pem, attempt.now(), Certificates::jdk));
    return Certificates.key(certificate, attempt.now(), NAME);
  }

  private static String signedText(Material message) {
    boolean isNotification =
        switch (message.requiredJson("Type")) {
          case "Notification" -> true;
          case "SubscriptionConfirmation", "UnsubscribeConfirmation" -> false;
          default -> throw new Rejection(Reason.UNSUPPORTED, "Type is unknown");
        };
    StringBuilder text = new StringBuilder();
    for (String name : isNotification ? NOTIFICATION : CONFIRMATION) {
      // Not by path, since nothing here is nested; and only the subject may be missing.
      String value = message.json(name);
      if (value == null && !name.equals("Subject")) {
        throw new Rejection(Reason.MISSING, name + " is missing in the body");
      }
      if (value != null) {
        text.append(name).append('\n').append(value).append('\n');
      }
    }
    return text.toString();
  }

  /** Confirms the subscription: the message is verified, and about one of the topics, by now. */
  @Override
  public @Nullable Reply after(Attempt attempt) {
    if (!"SubscriptionConfirmation".equals(attempt.material().json("Type"))) {
      return null;
    }
    String url = attempt.material().requiredJson("SubscribeURL");
    if (!SUBSCRIBE.matcher(url).matches()) {
      throw new Rejection(Reason.UNTRUSTED, "SubscribeURL is not an address of AWS SNS");
    }
    attempt.fetched().call(KeyFetcher.Query.get(url), attempt.now());
    return Reply.empty(200);
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of();
  }
}
