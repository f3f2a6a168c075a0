package dev.parley;

/**
 * What was asked cannot be had: unknown scheme, unread parameter, missing capability, feature or
 * binding. The message lists what there is and what to do.
 */
public final class ConfigurationException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public ConfigurationException(Failure failure) {
    super(failure);
  }
}
