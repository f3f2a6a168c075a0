package dev.parley.grpc;

import dev.parley.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a server says of an error beside its status: the messages of {@code google/rpc/
 * error_details.proto}.
 */
public sealed interface ErrorDetail {
  /**
   * When to ask again.
   *
   * @param delay how long to wait
   */
  record RetryInfo(Duration delay) implements ErrorDetail {}

  /**
   * The reason, for programs.
   *
   * @param reason such as {@code OUT_OF_STOCK}
   * @param domain whose reason it is
   * @param metadata more about it
   */
  record ErrorInfo(String reason, String domain, Map<String, String> metadata)
      implements ErrorDetail {}

  /**
   * What is wrong with the request.
   *
   * @param violations one for each field
   */
  record BadRequest(List<Violation> violations) implements ErrorDetail {}

  /**
   * What would have to hold first.
   *
   * @param violations one for each condition; the type of each is before its subject
   */
  record PreconditionFailure(List<Violation> violations) implements ErrorDetail {}

  /**
   * Which quota is used up.
   *
   * @param violations one for each quota
   */
  record QuotaFailure(List<Violation> violations) implements ErrorDetail {}

  /**
   * Which resource it is about.
   *
   * @param type the type of the resource
   * @param name its name
   * @param owner who owns it
   * @param description what went wrong
   */
  record ResourceInfo(String type, String name, String owner, String description)
      implements ErrorDetail {}

  /**
   * By what to find the request in the server's logs.
   *
   * @param id the id of the request
   * @param servingData what only the server can read
   */
  record RequestInfo(String id, String servingData) implements ErrorDetail {}

  /**
   * A message for people.
   *
   * @param locale the language, such as {@code de-CH}
   * @param message the message
   */
  record LocalizedMessage(String locale, String message) implements ErrorDetail {}

  /**
   * Where to read on.
   *
   * @param links the links, as description and address
   */
  record Help(List<Link> links) implements ErrorDetail {}

  /**
   * For those who debug the server.
   *
   * @param stackEntries the stack
   * @param detail more about it
   */
  record DebugInfo(List<String> stackEntries, String detail) implements ErrorDetail {}

  /**
   * A message of another type.
   *
   * @param typeUrl its type, such as {@code type.googleapis.com/shop.SoldOut}
   * @param value the encoded message
   */
  record Other(String typeUrl, Payload value) implements ErrorDetail {}

  /**
   * One thing that is wrong.
   *
   * @param subject the field, the quota, or the type and the subject of a condition
   * @param description what is wrong with it
   */
  record Violation(String subject, String description) {}

  /**
   * A link.
   *
   * @param description what is there
   * @param url the address
   */
  record Link(String description, String url) {}
}
