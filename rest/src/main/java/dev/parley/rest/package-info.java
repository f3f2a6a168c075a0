/**
 * REST over HTTP/1.1 and HTTP/2; start at {@link dev.parley.http.Http}, which binds an operation,
 * and at {@link dev.parley.rest.RestChannel}, which has the native options.
 */
package dev.parley.rest;
