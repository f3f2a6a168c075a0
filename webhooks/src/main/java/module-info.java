/** Webhooks in and out: {@link dev.parley.webhooks}. */
@org.jspecify.annotations.NullMarked
module dev.parley.webhooks {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.webhook;
  requires transitive dev.parley.http;
  // For InboxHttpHandler and InboxServlet, each used only where its server is.
  requires static transitive jdk.httpserver;
  requires static transitive jakarta.servlet;

  exports dev.parley.webhooks;
}
