package dev.parley.engine;

import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.CodecProvider;
import java.util.Optional;

/** Reads the number of {@code key:number}, and nothing else. */
final class NumbersAfterTheColon implements CodecProvider {
  @Override
  @SuppressWarnings("unchecked")
  public <T> Optional<Codec<T>> codec(TypeRef<T> type, String contentType) {
    return type.type() == Integer.class ? Optional.of((Codec<T>) new Numbers()) : Optional.empty();
  }

  private static final class Numbers implements Codec<Integer> {
    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public Payload encode(Integer value) {
      return Payload.text("n:" + value);
    }

    @Override
    public Integer decode(Payload payload) {
      try {
        return Integer.valueOf(payload.toText().substring(2));
      } catch (NumberFormatException e) {
        throw new CodecException(
            Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "not a number").withCause(e));
      }
    }
  }
}
