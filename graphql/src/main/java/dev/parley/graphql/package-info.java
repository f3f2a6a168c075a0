/**
 * GraphQL over HTTP; {@link dev.parley.graphql.GraphQl} binds operations to documents, {@link
 * dev.parley.graphql.GraphQlChannel} has the options.
 */
package dev.parley.graphql;
