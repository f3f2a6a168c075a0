/** GraphQL over HTTP: {@link dev.parley.graphql}. */
@org.jspecify.annotations.NullMarked
module dev.parley.graphql {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.http;

  exports dev.parley.graphql;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.graphql.GraphQlProvider;
}
