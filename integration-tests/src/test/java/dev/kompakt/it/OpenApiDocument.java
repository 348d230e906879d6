package dev.kompakt.it;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The OpenAPI document the ingress serves, and what it says of answers.
final class OpenApiDocument {
  private static final String ID = "https://kompakt.dev/openapi.json";

  private final JsonNode root;
  private final SchemaRegistry schemas;

  OpenApiDocument(String json) {
    root = Client.JSON.readTree(json);
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, json)));
  }

  JsonNode root() {
    return root;
  }

  /// What a reference points to, or the node itself.
  JsonNode resolve(JsonNode node) {
    JsonNode reference = node.get("$ref");
    return reference == null ? node : root.at(reference.asString().substring(1));
  }

  /// What is wrong with an answer, by the schema the document gives for it.
  List<Error> problems(String path, String method, int status, JsonNode body) {
    String pointer =
        "/paths/"
            + path.replace("~", "~0").replace("/", "~1")
            + "/"
            + method
            + "/responses/"
            + status;
    JsonNode response = root.at(pointer);
    if (response.isMissingNode()) {
      throw new IllegalArgumentException(
          "the document knows no " + status + " of " + method + " " + path);
    }
    String schema = resolve(response).at("/content/application~1json/schema/$ref").asString();
    return schemas
        .getSchema(SchemaLocation.of(ID + schema))
        .validate(body.toString(), com.networknt.schema.InputFormat.JSON);
  }
}
