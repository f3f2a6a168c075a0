package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Parley;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StorefrontSceneTest {
  @Test
  @Tag("slow")
  void pricesAreTheShopsInTheEnd_howeverManyChangesWereMissed() throws Exception {
    StorefrontScene scene = new StorefrontScene();
    Progress silent = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

    scene.play(1, 1_500, silent, new CountDownLatch(1));

    assertThat(scene.isPassed()).as(scene.report()).isTrue();
    assertThat(scene.seen().connects()).as(scene.report()).isGreaterThan(1);
    assertThat(scene.seen().missed()).as("the weather is bad enough").isPositive();
    assertThat(scene.seen().queries()).isGreaterThan(1);
  }

  @Test
  void asksForNestedDataInOneQuery_andIsToldOfChanges() {
    PriceBoard board = new PriceBoard();
    try (StorefrontServer server = new StorefrontServer(board);
        Parley parley = Parley.create();
        Storefront storefront =
            new Storefront(parley, URI.create("http://127.0.0.1:" + server.address().getPort()))) {
      storefront.look();
      assertThat(storefront.prices()).isEqualTo(board.prices());
      assertThat(storefront.queries()).isEqualTo(1);

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> storefront.holes().connects() == 1);
      board.change();

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(storefront.prices()).isEqualTo(board.prices()));
    }
  }
}
