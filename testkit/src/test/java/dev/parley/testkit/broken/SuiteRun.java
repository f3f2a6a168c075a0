package dev.parley.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Collection;
import java.util.Collections;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a suite as JUnit does, and tells which of its tests failed. */
final class SuiteRun implements TestExecutionListener {
  private final Collection<String> passed = Collections.synchronizedCollection(new TreeSet<>());
  private final Collection<String> failed = Collections.synchronizedCollection(new TreeSet<>());

  private SuiteRun() {}

  static SuiteRun of(Class<?> suite) {
    SuiteRun run = new SuiteRun();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(suite))
            .configurationParameter("parley.conformance.dir", "none")
            .configurationParameter("junit.jupiter.execution.timeout.default", "20 s")
            .build();
    // What never comes needs no ten seconds to not come.
    String before = System.setProperty("parley.conformance.patience", "2");
    try {
      LauncherFactory.create().execute(request, run);
    } finally {
      if (before == null) {
        System.clearProperty("parley.conformance.patience");
      }
    }
    return run;
  }

  /** Fails unless these tests have failed, and so many others have passed. */
  SuiteRun assertFailed(int othersPassed, String... tests) {
    assertThat(failed).contains(tests);
    // What is broken is one thing: the rest works, and nothing hangs.
    assertThat(passed).hasSizeGreaterThan(othersPassed);
    return this;
  }

  /** Returns the names of the methods that failed, at least for one argument. */
  Collection<String> failed() {
    return failed;
  }

  Collection<String> passed() {
    return passed;
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (!test.isTest()) {
      return;
    }
    String name =
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(source -> ((MethodSource) source).getMethodName())
            .orElse(test.getDisplayName());
    switch (result.getStatus()) {
      case SUCCESSFUL -> passed.add(name);
      case FAILED -> failed.add(name);
      case ABORTED -> {} // skipped
    }
  }
}
