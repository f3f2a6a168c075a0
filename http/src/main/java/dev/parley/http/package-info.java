/**
 * What all HTTP-borne adapters share; start at {@link dev.parley.http.HttpTransport}.
 *
 * <p>An application meets only {@link dev.parley.http.Auth} and {@link dev.parley.http.Tls}, which
 * an adapter's builder takes.
 */
package dev.parley.http;
