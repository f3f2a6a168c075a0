package dev.parley.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallChannel;
import dev.parley.ConfigurationException;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ChannelSpecTest {
  @Test
  void readsTheParametersOfAnOpaqueAddress() {
    ChannelSpec spec = ChannelSpec.of(URI.create("mem:shop?ack=prefix&lanes=4"), CallChannel.class);

    assertThat(spec.text("ack")).contains("prefix");
    assertThat(spec.number("lanes")).contains(4);
    assertThat(spec.endpoint()).isEqualTo("mem:shop");
    spec.requireAllRead();
  }

  @Test
  void refusesAnUnreadParameterOfAnOpaqueAddress() {
    ChannelSpec spec = ChannelSpec.of(URI.create("mem:shop?akc=prefix"), CallChannel.class);
    spec.text("ack");

    assertThatThrownBy(spec::requireAllRead)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the address mem:shop holds a parameter that nothing reads: akc; it takes ack");
  }

  @Test
  void refusesSecretsInAnOpaqueAddress() {
    assertThatThrownBy(() -> ChannelSpec.of(URI.create("mem:shop?token=x"), CallChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("looks like a secret");
  }
}
