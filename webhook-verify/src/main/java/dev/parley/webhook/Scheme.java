package dev.parley.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a provider signs, as data: what {@link Providers} lists, and what you write for your own.
 *
 * <p>A scheme is put down as it looks on the wire:
 *
 * {@snippet class="dev.parley.webhook.WebhookSnippets" region="own-scheme"}
 *
 * <p>In the place of the signature stands <code>{hex}</code>, <code>{base64}</code> or, for a
 * token, <code>{text}</code>. The signed text consists of characters and of <code>{body}</code>,
 * <code>
 * {timestamp}</code>, <code>{method}</code>, <code>{url}</code>, <code>{secret}</code>, <code>
 * {header:Name}</code>, <code>{query:name}</code>, <code>{json:path.to.it}</code>, <code>
 * {form:name}</code> and <code>{form}</code>, all fields sorted by name.
 *
 * <p>Unless told otherwise: HMAC-SHA256, the key is text, 5 minutes of tolerance both ways.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @since 0.1
 */
public final class Scheme {
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private final String name;
  private final Method method;
  private final KeyFormat keyFormat;
  private final Coverage coverage;
  private final Duration tolerance;
  private final boolean hasTimestamp;
  private final Rotation rotation;
  private final List<Id> ids;
  private final @Nullable Template singleUse;
  private final Handshake handshake;
  private final Reply acknowledgement;
  private final Confidence confidence;
  private final String source;

  private Scheme(Builder builder, Method method, Coverage coverage, List<Id> ids) {
    this.name = builder.name;
    this.method = method;
    this.keyFormat = builder.keyFormat;
    this.coverage = coverage;
    this.tolerance = builder.tolerance;
    this.hasTimestamp = builder.hasTimestamp;
    this.rotation = builder.rotation;
    this.ids = ids;
    this.singleUse = builder.singleUse;
    this.handshake = builder.handshake;
    this.acknowledgement = builder.acknowledgement;
    this.confidence = builder.confidence;
    this.source = builder.source;
  }

  /** Where a delivery id stands, and whether it is signed there. */
  record Id(Template template, boolean isSigned) {}

  /** Returns a builder of a scheme of your own. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Returns the name, such as {@code stripe}. */
  public String name() {
    return name;
  }

  /** Returns how much of a request a signature covers, in the worst case. */
  public Coverage coverage() {
    return coverage;
  }

  /** Returns what is done against replays. */
  public ReplayProtection replayProtection() {
    if (singleUse != null) {
      return ReplayProtection.SINGLE_USE;
    }
    return hasTimestamp ? ReplayProtection.TIMESTAMP : ReplayProtection.NONE;
  }

  /** Returns what the provider does while a key is changed. */
  public Rotation rotation() {
    return rotation;
  }

  /**
   * Returns the default tolerance, for clocks and for the way; both into the past and the future.
   */
  public Duration tolerance() {
    return tolerance;
  }

  /** Returns where the delivery id stands, such as <code>{header:X-GitHub-Delivery}</code>. */
  public List<String> deliveryId() {
    return ids.stream().map(id -> id.template().toString()).toList();
  }

  /** Returns how well the scheme is known. */
  public Confidence confidence() {
    return confidence;
  }

  /** Returns by what it is known. */
  public String source() {
    return source;
  }

  /** Returns how keys are written. */
  public KeyFormat keyFormat() {
    return keyFormat;
  }

  Method method() {
    return method;
  }

  List<Id> ids() {
    return ids;
  }

  @Nullable Template singleUse() {
    return singleUse;
  }

  Handshake handshake() {
    return handshake;
  }

  Reply acknowledgement() {
    return acknowledgement;
  }

  @Override
  public String toString() {
    return "Scheme[" + name + "]";
  }

  /**
   * Collects a scheme. What contradicts itself is an error in {@link #build()}.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final String name;
    private final List<String[]> signatures = new ArrayList<>();
    private Algorithm algorithm = Algorithm.HMAC_SHA256;
    private KeyFormat keyFormat = KeyFormat.TEXT;
    private @Nullable Template signed;
    private @Nullable TimeFormat timeFormat;
    private @Nullable Template timeSource;
    private boolean hasTimestamp;
    private Duration tolerance = FIVE_MINUTES;
    private final Map<String, String> required = new LinkedHashMap<>();
    private List<Template> ids = List.of();
    private boolean idsAreSigned;
    private @Nullable Coverage coverage;
    private @Nullable Template singleUse;
    private Rotation rotation = Rotation.AT_ONCE;
    private TextSignature.UrlSpellings urls = Urls::exact;
    private @Nullable Method method;
    private Handshake handshake = Handshake.NONE;
    private Reply acknowledgement = Reply.empty(200);
    private Confidence confidence = Confidence.UNCONFIRMED;
    private String source = "your own";

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Says where the signature stands: {@code "X-Hub-Signature-256: sha256={hex}"}. A name that
     * ends in {@code #} stands for 1 to 100. Given again, another place is looked at, too. In the
     * place of the header's name may be a part of the request, as in <code>
     * "{json:signature}: {hex}"</code>.
     */
    public Builder signature(String line) {
      signatures.add(new String[] {line});
      return this;
    }

    /**
     * Says where a list of signatures stands, any of which may be right: {@code (",",
     * "Stripe-Signature: t={timestamp},v1={hex}")}. Entries of other kinds are passed over.
     */
    public Builder signatures(String separator, String line) {
      if (!separator.matches("[,; ]")) {
        throw new IllegalArgumentException(
            "separator (\"" + separator + "\") must be a comma, a semicolon or a space");
      }
      signatures.add(new String[] {line, separator});
      return this;
    }

    /** Sets how signatures are computed. Defaults to HMAC-SHA256. */
    public Builder algorithm(Algorithm algorithm) {
      this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
      return this;
    }

    /** Sets how keys are written. Defaults to text. */
    public Builder keys(KeyFormat format) {
      this.keyFormat = Objects.requireNonNull(format, "format");
      return this;
    }

    /** Sets the text that is signed, such as {@code "{timestamp}.{body}"}. */
    public Builder signs(String text) {
      this.signed = Template.parse(text);
      return this;
    }

    /** Says that a timestamp stands beside the signatures, and how it is written. */
    public Builder timestamp(TimeFormat format) {
      this.timeFormat = Objects.requireNonNull(format, "format");
      this.hasTimestamp = true;
      return this;
    }

    /**
     * Says how a timestamp is written, and where: the name of a header, or a part such as <code>
     * {json:sent_at}</code>.
     */
    public Builder timestamp(TimeFormat format, String where) {
      timestamp(format);
      this.timeSource = Template.parse(where.startsWith("{") ? where : "{header:" + where + "}");
      return this;
    }

    /** Sets how old, or how far in the future, a request may be. Defaults to 5 minutes. */
    public Builder tolerance(Duration tolerance) {
      this.tolerance = checkTolerance(tolerance);
      return this;
    }

    /** Says that a header must have one value, such as that of a version. */
    public Builder requires(String header, String value) {
      required.put(header, value);
      return this;
    }

    /**
     * Says where a delivery has its id: the same if the provider sends it again, another if not.
     * The first place that has one counts. Defaults to none; then the body stands for itself.
     */
    public Builder deliveryId(String... places) {
      this.ids = Arrays.stream(places).map(Template::parse).toList();
      return this;
    }

    /** Says how much is covered. Defaults to what follows from the signed text. */
    public Builder coverage(Coverage coverage) {
      this.coverage = Objects.requireNonNull(coverage, "coverage");
      return this;
    }

    /** Says what belongs to one body only, see {@link SingleUse}. */
    public Builder singleUse(String part) {
      this.singleUse = Template.parse(part);
      return this;
    }

    /**
     * Says what the provider does while its key is changed. Defaults to {@link Rotation#AT_ONCE}.
     */
    public Builder rotation(Rotation rotation) {
      this.rotation = Objects.requireNonNull(rotation, "rotation");
      return this;
    }

    Builder source(Confidence confidence, String source) {
      this.confidence = confidence;
      this.source = source;
      return this;
    }

    Builder urls(TextSignature.UrlSpellings urls) {
      this.urls = urls;
      return this;
    }

    Builder method(Method method) {
      this.method = method;
      return this;
    }

    Builder handshake(Handshake handshake) {
      this.handshake = handshake;
      return this;
    }

    Builder acknowledgement(Reply reply) {
      this.acknowledgement = reply;
      return this;
    }

    /** For schemes in code, which know better than what follows from a text. */
    Builder idsAreSigned() {
      this.idsAreSigned = true;
      return this;
    }

    /** For schemes in code. */
    Builder hasTimestamp() {
      this.hasTimestamp = true;
      return this;
    }

    /**
     * Returns the scheme.
     *
     * @throws IllegalArgumentException if it has no signature or contradicts itself
     */
    public Scheme build() {
      Method actualMethod = method != null ? method : textSignature();
      Coverage actualCoverage = coverage != null ? coverage : derivedCoverage();
      boolean bodyIsSigned = actualCoverage == Coverage.FULL;
      List<Id> places =
          ids.stream()
              .map(id -> new Id(id, idsAreSigned || id.isWithin(signed, bodyIsSigned)))
              .toList();
      return new Scheme(this, actualMethod, actualCoverage, places);
    }

    TextSignature textSignature() {
      if (algorithm == Algorithm.TOKEN && signed == null) {
        signed = Template.parse("nothing");
      }
      if (signatures.isEmpty() || signed == null) {
        throw new IllegalArgumentException(
            "scheme " + name + " needs signature(…), and signs(…) to say what is signed");
      }
      List<SignatureField> fields =
          signatures.stream()
              .map(line -> new SignatureField(line[0], line.length > 1 ? line[1] : null, algorithm))
              .toList();
      checkTimestamp(fields, signed);
      boolean needsSecret =
          fields.stream().anyMatch(field -> field.algorithms().contains(Algorithm.SHA256));
      if (needsSecret != signed.uses("{secret}")) {
        throw new IllegalArgumentException(
            "scheme " + name + ": SHA256 signs nothing without {secret}, and no other needs it");
      }
      return new TextSignature(fields, signed, timeFormat, timeSource, Map.copyOf(required), urls);
    }

    private void checkTimestamp(List<SignatureField> fields, Template signed) {
      boolean isBeside = fields.stream().anyMatch(SignatureField::hasTimestamp);
      boolean isSomewhere = isBeside || timeSource != null;
      if ((timeFormat != null) != isSomewhere) {
        throw new IllegalArgumentException(
            "scheme " + name + " needs both timestamp(…) and a place where it stands, or neither");
      }
      boolean isInBody = timeSource != null && timeSource.isWithin(signed, signed.uses("{body}"));
      if (timeFormat != null && !signed.uses("{timestamp}") && !isInBody) {
        throw new IllegalArgumentException(
            "scheme " + name + " has a timestamp that is not signed, so it proves nothing");
      }
      if (timeFormat == null && signed.uses("{timestamp}")) {
        throw new IllegalArgumentException("scheme " + name + " signs a timestamp it has not");
      }
    }

    private Coverage derivedCoverage() {
      if (algorithm == Algorithm.TOKEN) {
        return Coverage.SHARED_TOKEN;
      }
      if (signed != null && signed.uses("{body}")) {
        return Coverage.FULL;
      }
      return signed != null && (signed.uses("{json:") || signed.uses("{form"))
          ? Coverage.PARTIAL
          : Coverage.ORIGIN_ONLY;
    }
  }

  static Duration checkTolerance(Duration tolerance) {
    if (tolerance.isNegative() || tolerance.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException(
          "tolerance (" + tolerance + ") must be from nothing to 365 days");
    }
    return tolerance;
  }
}
