package dev.parley.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TagsTest {
  private final Tags tags = new Tags();

  @Test
  void movesOnOverWhatIsSettledInOrder() {
    tags.settled(1);
    assertThat(tags.advance()).isEqualTo(1);
    tags.settled(2);
    tags.settled(3);
    assertThat(tags.advance()).isEqualTo(3);
  }

  @Test
  void stopsAtAGap() {
    tags.settled(2);
    tags.settled(3);
    tags.settled(5);
    assertThat(tags.advance()).isZero();
    tags.settled(1);
    assertThat(tags.advance()).isEqualTo(3);
    tags.settled(4);
    assertThat(tags.advance()).isEqualTo(5);
  }

  @Test
  void isThePrefixWhateverTheOrder() {
    Random random = new Random(11);
    TreeSet<Long> open = new TreeSet<>();
    long next = 1;
    for (int i = 0; i < 20_000; i++) {
      while (open.size() < 100) {
        open.add(next++);
      }
      long tag = open.stream().skip(random.nextInt(open.size())).findFirst().orElseThrow();
      open.remove(tag);
      tags.settled(tag);
      long first = open.isEmpty() ? next : open.first();
      assertThat(tags.advance()).isEqualTo(first - 1);
    }
  }
}
