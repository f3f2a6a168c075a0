/** Sends, queues and calls over RabbitMQ: {@link dev.parley.rabbitmq}. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // it names itself
module dev.parley.rabbitmq {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive com.rabbitmq.client;

  exports dev.parley.rabbitmq;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.rabbitmq.RabbitMqProvider;
}
