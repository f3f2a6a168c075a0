package dev.parley.engine;

import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.Target;
import org.jspecify.annotations.Nullable;

/** What all channels to one target share. */
final class TargetState {
  final TokenBucket budget;
  final HedgeBudget hedges = new HedgeBudget();
  final KeyGuard keys = new KeyGuard();
  final @Nullable Admission admission;
  final @Nullable Breaker breaker;

  TargetState(Engine engine, Target target) {
    this.budget = new TokenBucket(engine.settings.retryBudget(), engine.time);
    this.admission = engine.settings.stages().admission(target).orElse(null);
    this.breaker = engine.settings.stages().breaker(target).orElse(null);
  }
}
