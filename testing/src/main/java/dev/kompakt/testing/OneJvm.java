package dev.kompakt.testing;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Logging;
import dev.kompakt.standalone.Kompakt;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// All roles in this JVM.
record OneJvm(Home home, Kompakt kompakt) implements Deployment {
  static OneJvm start(Path directory, String yaml, String bootstrap) {
    Home home = Home.make(directory, yaml);
    KompaktConfig config = config(home, bootstrap);
    Logging.configure(config.log());
    return new OneJvm(home, Kompakt.up(config));
  }

  private static KompaktConfig config(Home home, String bootstrap) {
    return ConfigLoader.load(home.config(), Map.of(), home.settings("data", bootstrap, 0, 0));
  }

  @Override
  public URI data() {
    return URI.create(Objects.requireNonNull(kompakt.dataPlane()));
  }

  @Override
  public URI admin() {
    return URI.create(Objects.requireNonNull(kompakt.adminPlane()));
  }

  @Override
  public String broker() {
    return kompakt.broker();
  }

  @Override
  public KompaktConfig config() {
    return config(home, broker());
  }

  @Override
  public void close() {
    kompakt.close();
  }
}
