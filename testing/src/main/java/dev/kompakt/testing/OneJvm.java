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
record OneJvm(Kompakt kompakt) implements Deployment {
  static OneJvm start(Path directory, String yaml, String bootstrap) {
    Home home = Home.make(directory, yaml);
    KompaktConfig config =
        ConfigLoader.load(home.config(), Map.of(), home.settings("data", bootstrap, 0, 0));
    Logging.configure(config.log());
    return new OneJvm(Kompakt.up(config));
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
  public void close() {
    kompakt.close();
  }
}
