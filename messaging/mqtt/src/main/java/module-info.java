/** Sends, queues and calls over MQTT: {@link dev.parley.mqtt}. */
@org.jspecify.annotations.NullMarked
module dev.parley.mqtt {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive com.hivemq.client.mqtt;
  requires io.reactivex.rxjava2;
  requires org.reactivestreams;

  exports dev.parley.mqtt;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.mqtt.MqttProvider;
}
