package dev.parley.samples.webhooks;

import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhooks.InboxEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Spring MVC, and so Spring Boot: a controller of any method, since handshakes come as GET, OPTIONS
 * or POST. No filter in front of it may read the body: for forms, keep {@code FormContentFilter}
 * and {@code HiddenHttpMethodFilter} away from its path.
 */
@RestController
class SpringInbox {
  private final InboxEndpoint endpoint;

  SpringInbox(InboxEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @RequestMapping("/webhooks")
  ResponseEntity<byte[]> receive(
      HttpServletRequest request, @RequestHeader HttpHeaders headers, InputStream body)
      throws IOException {
    String query = request.getQueryString();
    WebhookRequest.Builder webhook =
        WebhookRequest.builder()
            .method(request.getMethod())
            .url(request.getRequestURI() + (query == null ? "" : "?" + query))
            .body(body, endpoint.maxBody());
    headers.forEach((name, values) -> values.forEach(value -> webhook.header(name, value)));
    Reply reply = endpoint.receive(webhook.build());
    ResponseEntity.BodyBuilder response = ResponseEntity.status(reply.status());
    reply.headers().forEach(response::header);
    return response.body(reply.body().getBytes(StandardCharsets.UTF_8));
  }
}
