package dev.parley.rest;

import dev.parley.Headers;
import dev.parley.http.HttpHeaders;
import dev.parley.spi.Answer;
import okhttp3.Response;

/** An answer whose headers are copied only if somebody asks for them. */
record RestAnswer<R>(R body, Response nativeReply) implements Answer<R> {
  @Override
  public Headers headers() {
    return HttpHeaders.from(nativeReply.headers());
  }

  // Neither body nor header values: they may be secret.
  @Override
  public String toString() {
    return "Answer[" + nativeReply.code() + "]";
  }
}
