/**
 * Validates GraphQL documents when a program is built, and writes Java for them: {@link
 * dev.parley.graphql.codegen.GraphQlCodegen} is what a build calls.
 */
package dev.parley.graphql.codegen;
