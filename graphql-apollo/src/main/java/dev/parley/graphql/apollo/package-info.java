/**
 * Operations that Apollo Kotlin's compiler has generated, called through Parley: {@link
 * dev.parley.graphql.apollo.ApolloOperations}.
 */
package dev.parley.graphql.apollo;
