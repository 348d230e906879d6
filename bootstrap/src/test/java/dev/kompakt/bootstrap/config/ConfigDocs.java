package dev.kompakt.bootstrap.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes docs/config.md from the commented defaults.
final class ConfigDocs {
  private static final String HEAD =
      """
      # Configuration

      <!-- Generated from bootstrap/src/main/resources/kompakt-defaults.yaml by ConfigDocsTest: \
      mvn -pl bootstrap test -Dkompakt.docs.write=true -->

      `kompakt.yaml` is taken from `--config`, else `KOMPAKT_CONFIG`, else `./kompakt.yaml`, else \
      `~/.kompakt/kompakt.yaml`. Flags (`--set key=value`) override environment variables, which override \
      the file, which overrides the defaults below. Settings are read once, at start; unknown keys, bad \
      values and missing secrets are refused with the full key and exit code 78. `./kompakt config \
      check` says what is wrong, `./kompakt config show` prints the effective settings.

      Sizes are written `4096`, `64KiB`, `256MiB` or `1GiB`; durations `500ms`, `10s`, `5m`, `24h` or \
      `7d`. Secrets are references, `env:NAME` or `file:PATH`, never values. `~` is the home \
      directory. In an environment variable, write a list or map as YAML on one line.
      """;

  private final Map<String, String> variables = ConfigLoader.variables();
  private final StringBuilder page = new StringBuilder(HEAD);
  private final List<String> path = new ArrayList<>();
  private final List<String> comment = new ArrayList<>();
  private boolean inTable;

  String page() {
    ConfigLoader.defaults().lines().skip(1).forEach(this::line);
    return page.toString();
  }

  private void line(String line) {
    String text = line.strip();
    if (text.startsWith("#")) {
      comment.add(text.substring(1).strip());
      return;
    }
    int depth = (line.length() - line.stripLeading().length()) / 2;
    path.subList(depth, path.size()).clear();
    String key = text.substring(0, text.indexOf(':'));
    String value = text.substring(text.indexOf(':') + 1).strip();
    path.add(key);
    if (depth == 0) {
      page.append("\n## ").append(key).append('\n');
      inTable = false;
    }
    if (depth == 0 && !value.isEmpty()) {
      page.append("\n`").append(variables.get(key)).append("`. ");
      comment.forEach(row -> page.append(row.startsWith("- ") ? "\n" : "").append(row));
      page.append("\n");
    } else if (!value.isEmpty()) {
      row(value);
    }
    comment.clear();
  }

  private void row(String value) {
    if (!inTable) {
      page.append("\n| key | default | variable | |\n|---|---|---|---|\n");
      inTable = true;
    }
    String full = String.join(".", path);
    page.append(
            "| `%s` | `%s` | `%s` | "
                .formatted(full, value, variables.get(full))
                .replace("`null`", "not set"))
        .append(String.join(" ", comment).replace("|", "\\|"))
        .append(" |\n");
  }
}
