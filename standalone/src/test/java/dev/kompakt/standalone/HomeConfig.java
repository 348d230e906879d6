package dev.kompakt.standalone;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The config of a Kompakt that keeps to a directory of its own and listens on ports that are free.
public final class HomeConfig {
  private HomeConfig() {}

  public static KompaktConfig of(Path home) {
    return of(home, Map.of());
  }

  /// Loads it with these settings over its own.
  public static KompaktConfig of(Path home, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("kafka.dataDir", home.resolve("data").toString());
    all.put("sealing.key", "file:" + home.resolve("sealing.key"));
    all.put("clientsFile", home.resolve("clients.yaml").toString());
    all.put("ingress.listen", "127.0.0.1:0");
    all.put("admin.listen", "127.0.0.1:0");
    all.putAll(settings);
    return ConfigLoader.load(null, Map.of(), all);
  }
}
