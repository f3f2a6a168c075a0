package dev.parley.spi;

/**
 * A line of the retry ledger: a layer that could send again on its own.
 *
 * @param layer the layer and its mechanism, such as {@code OkHttp retryOnConnectionFailure}
 * @param isOn whether it sends again
 * @param note who counts it, or how it was switched off
 */
public record RetryLayer(String layer, boolean isOn, String note) {}
