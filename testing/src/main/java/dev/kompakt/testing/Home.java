package dev.kompakt.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The files of a deployment: config, key and data, and the settings that keep it apart from
/// others.
record Home(Path directory, Path config) {
  static Home make(Path directory, String config) {
    try {
      Path file = Files.writeString(directory.resolve("kompakt.yaml"), config);
      Files.writeString(directory.resolve("sealing.key"), Canaries.SEALING_KEY);
      return new Home(directory, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Settings of one process.
  ///
  /// @param name of the process, whose state is kept apart
  Map<String, String> settings(String name, String bootstrap, int dataPort, int adminPort) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("kafka.bootstrap", bootstrap);
    settings.put("kafka.dataDir", directory.resolve(name).toString());
    settings.put("sealing.key", "file:" + directory.resolve("sealing.key"));
    settings.put("clientsFile", directory.resolve("clients.yaml").toString());
    settings.put("ingress.listen", "127.0.0.1:" + dataPort);
    settings.put("admin.listen", "127.0.0.1:" + adminPort);
    // at its most talkative, for what must not be in logs is looked for in them
    settings.put("log.level", "debug");
    return settings;
  }

  /// Where its processes are to write their logs: a directory of its own below `kompakt.test.logs`,
  /// where they outlive the test; where that is not set, the home itself.
  Path logs() {
    String kept = System.getProperty("kompakt.test.logs");
    if (kept == null) {
      return directory;
    }
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of(kept)), "deployment-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
