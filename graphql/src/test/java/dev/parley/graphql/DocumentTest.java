package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ a }                                          | query",
        "query { a }                                    | query",
        "query A { a }                                  | query A",
        "query A($x: In = {y: [1, 2]}) @d(z: \")}\") { a } | query A",
        "mutation B { b }                               | mutation B",
        "subscription C { c }                           | subscription C",
        "fragment F on T { a } query A { ...F }         | query A",
        "query A { ...F } fragment F on T { query }     | query A",
        "# query X { x }\\nquery A { a # }\\n }           | query A",
        "query A { a(b: \"\"\"}\\\"\"\" {\"\"\") }               | query A",
        "query A { a(b: \"\\\"{\") }                       | query A",
        "\uFEFF, query A { a }                          | query A",
      })
  void findsTheOperation(String document, String operation) {
    assertThat(GraphQl.document(document.replace("\\n", "\n"))).hasToString(operation);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "query A { a      | the document is malformed: what begins is never closed at line 1, column 9",
        "query A { a ) }  | the document is malformed: a bracket closes what is not open at line 1, column 13",
        "query A { a(b: \"x) } | the document is malformed: a text is not closed at line 1, column 16",
        "{ a } }          | the document is malformed: a definition cannot begin at line 1, column 7",
        "select A { a }   | the document is malformed: \"select\" begins no definition at line 1, column 1",
        "fragment F on T { a } | the document holds no operation: write it like query Name($id: ID!) { … }",
        "query A          | the document is malformed: what begins is never closed at line 1, column 8",
      })
  void tellsWhatIsMalformed(String document, String message) {
    assertThatThrownBy(() -> GraphQl.document(document))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void choosesOneOfSeveralOperations() {
    GraphQl both = GraphQl.document("query A { a } mutation B { b }");

    assertThat(both).hasToString("document of 2 operations");
    assertThat(both.operation("B")).hasToString("mutation B");
    assertThatThrownBy(() -> both.operation("C"))
        .hasMessage("the document holds no operation C, but query A, mutation B");
    assertThatThrownBy(both::definition)
        .hasMessage(
            "the document holds several operations: choose one by operation(name) from query A,"
                + " mutation B");
  }

  @Test
  void hashesItsTextAsUtf8() {
    assertThat(Document.of("{ __typename }").hash())
        .isEqualTo("7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b");
  }

  @Test
  void refusesAPlaceThatIsNoPointer() {
    assertThatThrownBy(() -> GraphQl.document("{ a }").at("a"))
        .hasMessage("a JSON pointer must be empty or begin with /, but is a");
  }
}
