/**
 * gRPC: bind operations with {@link dev.parley.grpc.Grpc}, and open {@code grpc://} addresses with
 * {@link dev.parley.Parley#open} or {@link dev.parley.grpc.GrpcChannel}.
 */
package dev.parley.grpc;
