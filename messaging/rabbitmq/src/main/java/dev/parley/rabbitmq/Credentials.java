package dev.parley.rabbitmq;

/** A name and a password or token. */
record Credentials(String username, String password) {
  @Override
  public String toString() {
    return "Credentials";
  }
}
