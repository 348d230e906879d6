package dev.kompakt.it;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// docs/http-api.md as it follows from the OpenAPI document.
final class HttpApiPage {
  private static final String HEAD =
      """
      # HTTP API

      <!-- Generated from the OpenAPI document by HttpApiPageTest; -Dkompakt.docs.write=true rewrites it. -->

      @ The document itself is served at `/openapi.json`.

      The admin plane, at `admin.listen`, speaks JSON; its errors are problem+json. If `admin.key` is set, callers must send it as a bearer token (except to `/livez` and `/readyz`); if not, it only answers requests to loopback names.

      | Request | What it does |
      | --- | --- |
      | `GET /livez`, `GET /readyz` | whether the process runs; whether it can serve, one line per check |
      | `GET /metrics` | Prometheus |
      | `GET /admin/v1/compactions?status=&tenant=&limit=` | compactions of all tenants, newest first |
      | `GET /admin/v1/accounts?state=&provider=` | accounts: state, windows, quota, calls and tokens |
      | `POST /admin/v1/accounts/{id}/pause`, `…/resume`, `…/probe` | takes an account out of use, puts it back, tries it with a free call; 202 while no router has processed it |
      | `GET /admin/v1/limits?provider=&model=` | request sizes that providers accepted and refused, and endpoints they lack |
      | `GET /admin/v1/dead-letters?cause=&provider=&model=&tenant=&since=&until=&all=&group=cause&limit=` | compactions that failed and were not continued, newest first, with what is left to buy; times in RFC 3339; `all=true` includes those continued since, `group=cause` counts by cause |
      | `GET /admin/v1/dead-letters/{id}` | one dead letter, with pointers to what a replay reads and, as `message`, what its client was told; never text |
      | `POST /admin/v1/replays?id=…,…` or `?cause=&provider=&…&limit=` with `dry_run=&rate=&account=&mode=` | continues failed compactions, given by id or by a selection (one of the two is required except in a dry run), oldest first, at `rate=2/s` or `30/m`. Each `outcome` is `created`, `existing`, `requested` (no router has processed it yet), `not_failed`, `lost` (past retention), `forgotten`, `unreadable` or `unknown`, or `ready` in a dry run; `remaining` is what is left to buy, with 4 KiB for what surrounds the content of each call, `calls_before` the calls made before |
      | `GET /admin/v1/replays?status=&limit=`, `GET /admin/v1/replays/{id}` | replays, newest first: `scheduled`, `queued`, `in_progress`, `completed`, `failed` or `cancelled`, with progress |
      | `GET /admin/v1/routing/explain?provider=&tokens=&session=&tenant=&held=` | which account a call would go to now, and why not the others |

      Once the first keepalive is sent, the status is 200 whatever happens. A unary request that fails after that has its body broken off; a streaming one ends with `response.failed`. Send the request again to get the true status.
      """;

  private final OpenApiDocument document;

  HttpApiPage(OpenApiDocument document) {
    this.document = document;
  }

  String render() {
    StringBuilder page =
        new StringBuilder(HEAD.replace("@", document.root().at("/info/description").asString()));
    Map<String, String> aliases = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : document.root().get("paths").properties()) {
      JsonNode reference = path.getValue().get("$ref");
      if (reference != null) {
        String target = reference.asString().substring("#/paths/".length());
        aliases.put(target.replace("~1", "/"), path.getKey());
      }
    }
    for (Map.Entry<String, JsonNode> path : document.root().get("paths").properties()) {
      if (path.getValue().has("$ref")) {
        continue;
      }
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        operation(page, path.getKey(), operation.getKey(), operation.getValue(), aliases);
      }
    }
    return page.toString();
  }

  private void operation(
      StringBuilder page,
      String path,
      String method,
      JsonNode operation,
      Map<String, String> aliases) {
    page.append("\n## ")
        .append(method.toUpperCase(java.util.Locale.ROOT))
        .append(' ')
        .append(path)
        .append("\n\n")
        .append(operation.path("summary").asString())
        .append('.');
    if (aliases.containsKey(path)) {
      page.append(" Also at `").append(aliases.get(path)).append("`.");
    }
    if (operation.has("description")) {
      page.append(' ').append(line(operation.get("description").asString()));
    }
    page.append('\n');
    JsonNode parameters = operation.path("parameters");
    if (!parameters.isEmpty()) {
      page.append("\n| parameter | in | |\n|---|---|---|\n");
      for (JsonNode entry : parameters) {
        JsonNode parameter = document.resolve(entry);
        row(
            page,
            "`" + parameter.path("name").asString() + "`",
            parameter.path("in").asString(),
            parameter.path("description").asString(""));
      }
    }
    page.append("\n| status | |\n|---|---|\n");
    for (Map.Entry<String, JsonNode> response : operation.path("responses").properties()) {
      row(
          page,
          response.getKey(),
          document.resolve(response.getValue()).path("description").asString(""));
    }
  }

  private static void row(StringBuilder page, String... cells) {
    for (String cell : cells) {
      page.append("| ").append(line(cell).replace("|", "\\|")).append(' ');
    }
    page.append("|").append('\n');
  }

  private static String line(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
