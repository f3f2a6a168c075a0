package dev.parley.webhook;

import org.jspecify.annotations.Nullable;

/**
 * One request while it is looked at: its body parsed at most once, and only if somebody asks.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Material {
  private final WebhookRequest request;
  private @Nullable Object json;
  private @Nullable Form form;
  private @Nullable Form query;

  Material(WebhookRequest request) {
    this.request = request;
  }

  WebhookRequest request() {
    return request;
  }

  Object json() {
    if (json == null) {
      json = Json.parse(request.body());
    }
    return json;
  }

  @Nullable String json(String path) {
    return Json.text(Json.at(json(), path));
  }

  String requiredJson(String path) {
    String value = json(path);
    if (value == null) {
      throw new Rejection(Reason.MISSING, path + " is missing in the body");
    }
    return value;
  }

  Form form() {
    if (form == null) {
      form = Form.parse(Json.utf8(request.body()));
    }
    return form;
  }

  String requiredForm(String name) {
    String value = form().get(name);
    if (value == null || value.isEmpty()) {
      throw new Rejection(Reason.MISSING, name + " is missing in the form");
    }
    return value;
  }

  Form query() {
    if (query == null) {
      query = Form.parse(request.query());
    }
    return query;
  }
}
