package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorsTest {

  @ParameterizedTest
  @MethodSource("vectors")
  void givesWhatIsExpected(Vectors.Vector vector) {
    Verification verification = vector.verifier().verify(vector.request());

    assertThat(verification.isVerified() || verification.isHandshake())
        .as("%s, but was %s", vector, verification)
        .isEqualTo(vector.isValid());
    assertThat(verification.reason()).isNotEqualTo(Reason.INTERNAL);
  }

  static List<Vectors.Vector> vectors() {
    return Vectors.ours();
  }

  /** What providers publish themselves is not ours to copy: it is read from where it lies. */
  @Test
  void givesWhatIsExpectedOfPublishedVectors_whereThereAreAny() throws IOException {
    Path file =
        Path.of(
            System.getProperty(
                "parley.published.vectors", "../../shared/data/webhook-vectors-published.json"));
    Assumptions.assumeTrue(Files.exists(file), () -> "no published vectors here");

    List<Vectors.Vector> published = Vectors.read(Files.readAllBytes(file));

    assertThat(published).isNotEmpty().allSatisfy(this::givesWhatIsExpected);
  }

  @Test
  void hasTheToleranceThatVectorsState() {
    assertThat(vectors())
        .filteredOn(vector -> vector.optional("tolerance") != null)
        // Contentful's 30 seconds do not include the thirtieth.
        .filteredOn(vector -> !vector.text("provider").equals("contentful"))
        .allSatisfy(vector ->
            assertThat(vector.scheme().tolerance())
                .isEqualTo(Duration.ofSeconds(Long.parseLong(vector.text("tolerance")))));
  }

  @Test
  void answersTheHandshakesOfVectors() {
    assertThat(vectors())
        .filteredOn(vector -> Json.at(vector.json(), "handshake_response") instanceof Map)
        .isNotEmpty()
        .allSatisfy(vector -> {
          Verification verification = vector.verifier().verify(vector.request());
          assertThat(verification.isHandshake()).isTrue();
          assertThat(Json.parse(Encoding.utf8(verification.reply().body())))
              .isEqualTo(Json.at(vector.json(), "handshake_response"));
        });
  }
}
