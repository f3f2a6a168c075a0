package dev.parley.codec.jackson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Parley;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JacksonSnippets {
  @Test
  void ownMapper() {
    // @start region="own-mapper"
    JsonMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    Parley parley = Parley.builder().codecs(JacksonCodecs.create(mapper)).build();
    // @end
    try (parley) {
      assertThat(parley).isNotNull();
    }
  }
}
