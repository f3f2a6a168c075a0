package dev.parley.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a builder or an address says. Not changed once a driver has it. */
final class RabbitMqSettings {
  Duration heartbeat = Duration.ofSeconds(20);
  Duration connectTimeout = Duration.ofSeconds(10);
  String connectionName = "parley";
  int maxMessageBytes = 128 << 20;
  Supplier<Credentials> credentials = () -> new Credentials("guest", "guest");
  boolean renewsCredentials;
  @Nullable SSLContext tls;
  Consumer<ConnectionFactory> customizer = factory -> {};

  RabbitMqSettings copy() {
    RabbitMqSettings copy = new RabbitMqSettings();
    copy.heartbeat = heartbeat;
    copy.connectTimeout = connectTimeout;
    copy.connectionName = connectionName;
    copy.maxMessageBytes = maxMessageBytes;
    copy.credentials = credentials;
    copy.renewsCredentials = renewsCredentials;
    copy.tls = tls;
    copy.customizer = customizer;
    return copy;
  }
}
