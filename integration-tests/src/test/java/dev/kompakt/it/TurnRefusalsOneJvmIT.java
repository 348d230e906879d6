package dev.kompakt.it;

import dev.kompakt.testing.Deployment;
import java.nio.file.Path;

class TurnRefusalsOneJvmIT extends TurnRefusalsSuite {
  @Override
  Deployment deploy(Path home, String config) {
    return Deployment.inOneJvm(home, config);
  }
}
