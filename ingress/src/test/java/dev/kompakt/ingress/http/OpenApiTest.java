package dev.kompakt.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class OpenApiTest {
  private static final JsonNode DOCUMENT = new JsonMapper().readTree(OpenApi.document());
  private static final String ID = "cmpn_" + "0".repeat(40);

  @Test
  void shouldDescribeExactlyWhatIsServed() {
    // Given
    Set<Route> described = new HashSet<>();

    // When
    DOCUMENT
        .get("paths")
        .properties()
        .forEach(
            path -> {
              for (String method : resolve(path.getValue()).propertyNames()) {
                Route.Match match =
                    Route.find(
                        method.toUpperCase(java.util.Locale.ROOT),
                        path.getKey().replace("{id}", ID),
                        false);
                assertThat(match).as(path.getKey()).isInstanceOf(Route.Match.Found.class);
                described.add(((Route.Match.Found) match).route());
              }
            });

    // Then
    assertThat(described).containsExactlyInAnyOrder(Route.values());
    assertThat(DOCUMENT.get("openapi").asString()).startsWith("3.1");
  }

  @Test
  void shouldReferOnlyToWhatIsThere() {
    // When
    List<String> references = new ArrayList<>();
    collect(DOCUMENT, references);

    // Then
    assertThat(references).isNotEmpty();
    for (String reference : references) {
      assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
  }

  private static JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asString().substring(1)) : node;
  }

  private static void collect(JsonNode node, List<String> references) {
    if (node.isObject() && node.has("$ref")) {
      references.add(node.get("$ref").asString());
    }
    node.forEach(child -> collect(child, references));
  }
}
