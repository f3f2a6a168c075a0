/** Code from GraphQL documents, at build time: {@link dev.parley.graphql.codegen}. */
@org.jspecify.annotations.NullMarked
module dev.parley.graphql.codegen {
  requires static org.jspecify;
  requires java.compiler;
  requires com.graphqljava;

  exports dev.parley.graphql.codegen;
}
