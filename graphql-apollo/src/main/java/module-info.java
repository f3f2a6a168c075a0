/** Operations of Apollo's compiler over GraphQL: {@link dev.parley.graphql.apollo}. */
@org.jspecify.annotations.NullMarked
module dev.parley.graphql.apollo {
  requires static org.jspecify;
  requires transitive dev.parley.graphql;
  requires transitive com.apollographql.apollo.api;
  requires okio;

  exports dev.parley.graphql.apollo;
}
