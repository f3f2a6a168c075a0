package dev.parley.http;

import dev.parley.Failure;
import dev.parley.ParleyException;

/**
 * There is no access token to make the call with: the token endpoint refused or could not be
 * reached. The call itself was not sent.
 */
public final class TokenException extends ParleyException {
  private static final long serialVersionUID = 1L;

  TokenException(Failure failure) {
    super(failure);
  }
}
