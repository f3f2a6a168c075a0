/**
 * MQTT 5 and 3.1.1 as a {@code SendChannel}, a {@code QueueChannel} and, by request and response, a
 * {@code CallChannel}: begin at {@link dev.parley.mqtt.MqttChannel}, or open an {@code mqtt:} URI.
 */
package dev.parley.mqtt;
