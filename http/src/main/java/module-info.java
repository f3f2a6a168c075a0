/** What all HTTP-borne adapters share, on OkHttp: {@link dev.parley.http}. */
@org.jspecify.annotations.NullMarked
module dev.parley.http {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive okhttp3;

  exports dev.parley.http;
}
