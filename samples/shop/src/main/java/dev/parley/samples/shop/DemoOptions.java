package dev.parley.samples.shop;

import java.util.OptionalLong;

/**
 * What the demo was asked to do.
 *
 * @param once whether to end after one run, by itself
 * @param orders how many orders a run asks for
 * @param seed where the run's chance comes from; empty lets the demo pick one
 * @param help whether to explain the options and do nothing else
 */
record DemoOptions(boolean once, int orders, OptionalLong seed, boolean help) {
  private static final int FEWEST_ORDERS = 100;
  private static final int MOST_ORDERS = 100_000;
  private static final int DEFAULT_ORDERS = 3000;

  static final String HELP =
      """
      usage: ./demo [--once] [--orders N] [--seed N]

      Places orders in a small shop while the network and the shop do their worst,
      with a Parley client and with a naive one, and counts what became of them.

        --once       one run, then the table; exit code 0 if Parley lost nothing and
                     duplicated nothing, 1 otherwise
                     (without it: run after run until Ctrl-C, then the table)
        --orders N   orders in a run, %d to %d (default %d: about 20 s)
        --seed N     repeat the weather of an earlier run (default: a new one, printed)
        --help       this text
      """
          .formatted(FEWEST_ORDERS, MOST_ORDERS, DEFAULT_ORDERS);

  /**
   * Reads the command line.
   *
   * @throws UsageException if it makes no sense; its message says what to change
   */
  static DemoOptions parse(String... arguments) {
    DemoOptions options = new DemoOptions(false, DEFAULT_ORDERS, OptionalLong.empty(), false);
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      switch (argument) {
        case "--once" ->
            options = new DemoOptions(true, options.orders, options.seed, options.help);
        case "--help", "-h" ->
            options = new DemoOptions(options.once, options.orders, options.seed, true);
        case "--orders" -> {
          long orders = number(argument, arguments, ++i);
          if (orders < FEWEST_ORDERS || orders > MOST_ORDERS) {
            throw new UsageException(
                "--orders must be %d to %d, it is %d"
                    .formatted(FEWEST_ORDERS, MOST_ORDERS, orders));
          }
          options = new DemoOptions(options.once, (int) orders, options.seed, options.help);
        }
        case "--seed" -> {
          OptionalLong seed = OptionalLong.of(number(argument, arguments, ++i));
          options = new DemoOptions(options.once, options.orders, seed, options.help);
        }
        default ->
            throw new UsageException(
                "unknown option '%s'; known are --once, --orders N, --seed N and --help"
                    .formatted(argument));
      }
    }
    return options;
  }

  private static long number(String option, String[] arguments, int index) {
    if (index == arguments.length) {
      throw new UsageException(option + " needs a number, such as '" + option + " 500'");
    }
    try {
      return Long.parseLong(arguments[index]);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "%s needs a whole number, '%s' is none".formatted(option, arguments[index]));
    }
  }

  /** The command line makes no sense. */
  static final class UsageException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }
}
