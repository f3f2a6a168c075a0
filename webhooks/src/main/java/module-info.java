/** Webhooks in and out. */
@org.jspecify.annotations.NullMarked
module dev.parley.webhooks {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.webhook;
  requires dev.parley.http;
}
