package dev.kompakt.bootstrap.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A config file that is wrong is refused in words of ours.
class ConfigFuzzTest {
  @FuzzTest
  void shouldLoadOrRefuse(byte[] yaml) throws IOException {
    Path file = Files.createTempFile("kompakt-fuzz", ".yaml");
    try {
      Files.write(file, yaml);
      ConfigLoader.load(file, Map.of(), Map.of());
    } catch (ConfigException e) {
      // refused
    } finally {
      Files.delete(file);
    }
  }
}
