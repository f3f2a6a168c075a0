package dev.parley.testkit;

import dev.parley.spi.Inlet;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;

/** Streams and queues of the in-memory peer. */
final class MemorySource {
  private final MemoryDriver driver;

  MemorySource(MemoryDriver driver) {
    this.driver = driver;
  }

  SourceDriver push() {
    return new Push();
  }

  SourceDriver poll() {
    return new Poll();
  }

  private MemoryIntake connect(SourceRequest request) throws Exception {
    driver.dial();
    if (request instanceof SourceRequest.OfStream stream) {
      driver.memory().subscribed(stream);
      return new MemoryStreamIntake(
          driver, driver.memory().log(stream.operation().name()), request);
    }
    SourceRequest.OfQueue queue = (SourceRequest.OfQueue) request;
    MemoryLog log = driver.memory().log(queue.topic().name());
    String group = queue.options().group().orElse(driver.group());
    MemoryGroup joined = log.group(group, name -> driver.newGroup(log));
    if (!joined.terms().equals(driver.newGroup(log).terms())) {
      throw MemoryDriver.refused(
          "group "
              + group
              + " of "
              + log.name()
              + " was made with "
              + joined.terms()
              + ", and all its members must agree");
    }
    return joined.join(driver);
  }

  private void check(SourceRequest request) {
    if (request.from() == null) {
      return;
    }
    if (request instanceof SourceRequest.OfQueue) {
      throw MemoryDriver.refused(
          "a queue goes on where its group has settled; it takes no position");
    }
    if (!driver.resumes()) {
      throw MemoryDriver.refused("this endpoint cannot replay; it takes no position");
    }
  }

  private final class Push implements PushSource {
    @Override
    public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
      return new MemoryLinks.Push(driver, MemorySource.this.connect(request), inlet);
    }

    @Override
    public Acknowledgement acknowledgement() {
      return driver.acknowledgement();
    }

    @Override
    public void check(SourceRequest request) {
      MemorySource.this.check(request);
    }
  }

  private final class Poll implements PollSource {
    @Override
    public PollLink connect(SourceRequest request) throws Exception {
      return new MemoryLinks.Poll(driver, MemorySource.this.connect(request));
    }

    @Override
    public Acknowledgement acknowledgement() {
      return driver.acknowledgement();
    }

    @Override
    public void check(SourceRequest request) {
      MemorySource.this.check(request);
    }
  }
}
