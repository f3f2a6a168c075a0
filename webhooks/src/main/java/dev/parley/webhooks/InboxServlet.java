package dev.parley.webhooks;

import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Objects;

/**
 * An {@link InboxEndpoint} in a container of Jakarta Servlet 6: Tomcat 10.1 and newer, Jetty 12.
 *
 * {@snippet class="dev.parley.webhooks.InboxSnippets" region="servlet"}
 *
 * <p>Nothing in front of it may read the body: no filter that looks at parameters, and none that
 * decompresses what the provider signed compressed.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class InboxServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient InboxEndpoint endpoint;

  /** Creates a servlet of this endpoint. */
  public InboxServlet(InboxEndpoint endpoint) {
    this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
  }

  /** Takes requests of any method: handshakes come as GET, OPTIONS or POST. */
  @Override
  protected void service(HttpServletRequest servletRequest, HttpServletResponse response)
      throws IOException {
    WebhookRequest.Builder request =
        WebhookRequest.builder()
            .method(servletRequest.getMethod())
            .url(url(servletRequest))
            .body(servletRequest.getInputStream(), endpoint.maxBody());
    for (String name : Collections.list(servletRequest.getHeaderNames())) {
      for (String value : Collections.list(servletRequest.getHeaders(name))) {
        request.header(name, value);
      }
    }
    Reply reply = endpoint.receive(request.build());
    response.setStatus(reply.status());
    reply.headers().forEach(response::setHeader);
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** As the client sent it: the container must not decode what is signed. */
  private static String url(HttpServletRequest request) {
    String query = request.getQueryString();
    return query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
  }
}
