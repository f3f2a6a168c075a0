package dev.parley.rabbitmq;

/** Why an attempt has no connection; each attempt that it ends states its facts anew. */
final class NoConnectionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wasThere;

  /**
   * Creates it.
   *
   * @param wasThere whether there was one when the attempt went out
   */
  NoConnectionException(boolean wasThere, Throwable cause) {
    super(null, cause, false, false);
    this.wasThere = wasThere;
  }

  boolean wasThere() {
    return wasThere;
  }
}
