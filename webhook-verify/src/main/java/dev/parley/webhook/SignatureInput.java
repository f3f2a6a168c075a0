package dev.parley.webhook;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of {@code Signature-Input} and its {@code Signature}. Components without parameters
 * only, and one signature: what verifies must not be a matter of choice.
 *
 * @param text the entry as it was written, which is signed, too
 * @param components what is signed, in order
 * @param parameters such as {@code created}
 * @param signature the signature, in Base64
 */
record SignatureInput(
    String text, Set<String> components, Map<String, String> parameters, String signature) {
  private static final Pattern INPUT =
      Pattern.compile("([a-z*][a-z0-9_.*-]{0,63})=(\\(([^()]{0,2000})\\)([^()]{0,2000}))");
  private static final Pattern COMPONENTS =
      Pattern.compile("(?:\"@?[a-z0-9!#$%&'*+.^_`|~-]{1,64}\" ?){1,64}");
  private static final Pattern COMPONENT = Pattern.compile("\"([^\"]+)\"");
  private static final Pattern PARAMETER =
      Pattern.compile(";([a-z*][a-z0-9_.*-]{0,31})=(?:\"([ !#-\\[\\]-~]{0,256})\"|([0-9]{1,15}))");
  private static final Pattern SIGNATURE =
      Pattern.compile("([a-z*][a-z0-9_.*-]{0,63})=:([A-Za-z0-9+/=]{1,1024}):");

  static SignatureInput parse(String input, String signature) {
    Matcher entry = INPUT.matcher(input);
    Matcher signed = SIGNATURE.matcher(signature);
    if (!entry.matches() || !signed.matches() || !entry.group(1).equals(signed.group(1))) {
      throw new Rejection(
          Reason.MALFORMED, "Signature-Input and Signature are not one signature as supported");
    }
    return new SignatureInput(
        entry.group(2), components(entry.group(3)), parameters(entry.group(4)), signed.group(2));
  }

  private static Set<String> components(String list) {
    if (!COMPONENTS.matcher(list).matches()) {
      throw new Rejection(Reason.UNSUPPORTED, "Signature-Input has components with parameters");
    }
    Set<String> components = new LinkedHashSet<>();
    Matcher matcher = COMPONENT.matcher(list);
    while (matcher.find()) {
      if (!components.add(matcher.group(1))) {
        throw new Rejection(Reason.AMBIGUOUS, "Signature-Input has a component twice");
      }
    }
    return components;
  }

  private static Map<String, String> parameters(String list) {
    Map<String, String> parameters = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(list);
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      String value = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      if (parameters.put(matcher.group(1), value) != null) {
        throw new Rejection(Reason.AMBIGUOUS, "Signature-Input has a parameter twice");
      }
      end = matcher.end();
    }
    if (end != list.length()) {
      throw new Rejection(Reason.MALFORMED, "Signature-Input has malformed parameters");
    }
    return parameters;
  }
}
