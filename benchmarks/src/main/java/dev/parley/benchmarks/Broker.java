package dev.parley.benchmarks;

/** The brokers of the groups of messaging, and how each is spoken to. */
enum Broker {
  MQTT("HiveMQ", "Messages of QoS 1 to a Mosquitto") {
    @Override
    LocalServer start() throws Exception {
      return new ScriptedServer("mosquitto");
    }

    @Override
    void create(int port, String topic) {} // it needs none

    @Override
    MessageClient raw(int port, String topic, byte[] payload) {
      return new HiveMqClient(port, topic, payload);
    }

    @Override
    String uri(int port, String topic) {
      return "mqtt://127.0.0.1:" + port;
    }
  },
  RABBITMQ("amqp-client", "Persistent messages to a classic queue of a RabbitMQ") {
    @Override
    LocalServer start() throws Exception {
      return new ScriptedServer("rabbitmq");
    }

    @Override
    void create(int port, String topic) throws Exception {
      RabbitMqClient.declare(port, topic);
    }

    @Override
    MessageClient raw(int port, String topic, byte[] payload) throws Exception {
      return new RabbitMqClient(port, topic, payload);
    }

    @Override
    String uri(int port, String topic) {
      return "amqp://127.0.0.1:" + port;
    }
  },
  KAFKA("kafka-clients", "Messages to one partition of a Kafka") {
    @Override
    LocalServer start() throws Exception {
      return new ServerProcess(KafkaServer.class);
    }

    @Override
    void create(int port, String topic) throws Exception {
      KafkaClient.create(port, topic);
    }

    @Override
    MessageClient raw(int port, String topic, byte[] payload) {
      return new KafkaClient(port, topic, payload);
    }

    @Override
    String uri(int port, String topic) {
      return "kafka://127.0.0.1:" + port + "?group=" + topic;
    }
  };

  /** What the native client is called. */
  final String client;

  /** What is sent. */
  final String messages;

  Broker(String client, String messages) {
    this.client = client;
    this.messages = messages;
  }

  /** Starts one. */
  abstract LocalServer start() throws Exception;

  /** Makes what a topic needs before it is used. */
  abstract void create(int port, String topic) throws Exception;

  /** Returns the native client. */
  abstract MessageClient raw(int port, String topic, byte[] payload) throws Exception;

  /** Returns the address for Parley, with a group of the topic's own where there are groups. */
  abstract String uri(int port, String topic);
}
