package dev.parley.graphql;

import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** graphql-yoga in Node, which asks here what to do with each request. */
final class NodeHarness extends GraphQlHarness {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private volatile JsonNode lastHeaders = JSON.createObjectNode();

  NodeHarness(SubscriptionProtocol protocol) {
    super(protocol, "graphql-yoga");
    reach(new NodeServer(this::answer));
  }

  private JsonNode answer(JsonNode asked) {
    lastHeaders = asked.get("headers");
    JsonNode key = asked.get("key");
    Note note = new Note(asked.get("id").asString(), asked.get("text").asString());
    Act act = script().arrived(note, key.isNull() ? null : key.asString());
    if (act.kind() == Act.Kind.HOLD) {
      try {
        script().released().get(60, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
    }
    int status =
        switch (act.kind()) {
          case ECHO, HOLD, GARBAGE -> 200;
          case BUSY -> 500;
          case DECLINE -> 429;
          case FORBID -> 403;
        };
    ObjectNode answer = JSON.createObjectNode();
    answer.put("status", status).put("garbage", act.kind() == Act.Kind.GARBAGE);
    if (act.retryAfter() != null) {
      answer.put("wait", act.retryAfter().toMillis());
    }
    return answer;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.get(name.toLowerCase(java.util.Locale.ROOT)))
        .map(JsonNode::asString);
  }
}
