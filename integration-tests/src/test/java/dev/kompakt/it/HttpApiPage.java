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

      The admin plane, at `admin.listen`, speaks JSON; its errors are problem+json. With `admin.key` set it asks for it as a bearer token (not for `/livez` and `/readyz`); without, it answers only to loopback names.

      | Request | What it does |
      | --- | --- |
      | `GET /livez`, `GET /readyz` | whether the process lives; whether it serves, each check on a line |
      | `GET /metrics` | Prometheus |
      | `GET /admin/v1/compactions?status=&tenant=&limit=` | compactions of all tenants, newest first |
      | `GET /admin/v1/accounts?state=&provider=` | accounts: state, windows, quota, calls and tokens |
      | `POST /admin/v1/accounts/{id}/pause`, `…/resume`, `…/probe` | takes an account out of use, puts it back, tries it with a call that costs nothing; 202 while no router has taken it in |
      | `GET /admin/v1/limits?provider=&model=` | request sizes providers were seen to accept and refuse, and endpoints they do not have |
      | `GET /admin/v1/dead-letters?cause=&provider=&model=&tenant=&since=&until=&all=&group=cause&limit=` | what failed and still is so, newest first, with what is left to buy; times in RFC 3339; `all=true` shows what has gone on since as well, `group=cause` counts |
      | `GET /admin/v1/dead-letters/{id}` | one, with pointers to what a replay reads; never text |
      | `POST /admin/v1/replays?id=…,…` or `?cause=&provider=&…&limit=` with `dry_run=&rate=&account=&mode=` | goes on with failed compactions, named or selected (one of the two is asked for, but in a dry run), the oldest first, `rate=2/s` or `30/m` of them; each `outcome` is `created`, `existing`, `requested` (no router has taken it in yet), `not_failed`, `lost` (past retention), `forgotten`, `unreadable` or `unknown`; `ready` in a dry run; `remaining` is what is left to buy, `calls_before` what was called before |
      | `GET /admin/v1/replays?status=&limit=`, `GET /admin/v1/replays/{id}` | replays, newest first: `scheduled`, `queued`, `in_progress`, `completed`, `failed` or `cancelled`, with progress |
      | `GET /admin/v1/routing/explain?provider=&tokens=&session=&tenant=&held=` | which account a call would go to now, and why not the others |

      After the first keepalive the status is 200 whatever comes. A unary request that fails then has its body broken off; a streaming one ends with `response.failed`. Ask again to hear the true status.
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
