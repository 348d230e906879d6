package dev.kompakt.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts JVMs with this one's class path, logging into one directory.
public final class Launcher {
  private static final String KOMPAKT = "dev.kompakt.standalone.Main";
  private static final List<String> FLAGS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private final Path directory;

  /// Takes the directory for logs and data.
  public Launcher(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /// Runs a command of Kompakt's.
  Child kompakt(String name, List<String> flags, String... arguments) {
    return java(name, flags, KOMPAKT, arguments);
  }

  /// Runs a class' `main`.
  public Child java(String name, List<String> flags, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return Child.start(name, directory, command, Map.of());
  }

  /// A port nobody has right now.
  static int freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
