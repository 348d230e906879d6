package dev.kompakt.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The lines of ARCHITECTURE.md. Think hard about the layering before changing this file.
class ArchitectureTest {
  private static final JavaClasses KOMPAKT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(
              "dev.kompakt.schemas",
              "dev.kompakt.bootstrap",
              "dev.kompakt.ingress",
              "dev.kompakt.workers",
              "dev.kompakt.router",
              "dev.kompakt.standalone");

  private static final String[] IMPURE = {
    "org.apache.kafka..",
    "io.undertow..",
    "java.net..",
    "java.nio.file..",
    "org.rocksdb..",
    "org.slf4j..",
    "dev.kompakt.bootstrap.kafka..",
    "dev.kompakt.bootstrap.payload.."
  };

  private static final String[] PURE = {
    "dev.kompakt.schemas.history..",
    "dev.kompakt.bootstrap.route..",
    "dev.kompakt.router.decide..",
    "dev.kompakt.router.route..",
    "dev.kompakt.router.limit..",
    "dev.kompakt.router.budget..",
    "dev.kompakt.workers.quota.."
  };

  @TestFactory
  Stream<DynamicTest> shouldHoldEveryLine() {
    return Stream.of(
            only(
                "io.undertow..",
                "dev.kompakt.ingress.http..",
                "dev.kompakt.ingress.park..",
                "dev.kompakt.bootstrap.admin.."),
            only(
                "org.xnio..",
                "dev.kompakt.ingress.http..",
                "dev.kompakt.ingress.park..",
                "dev.kompakt.bootstrap.admin.."),
            only(
                "org.apache.kafka.streams..",
                "dev.kompakt.router.topology..",
                "dev.kompakt.router.state.."),
            only("org.rocksdb..", "dev.kompakt.router.topology..", "dev.kompakt.router.state.."),
            only(
                "java.net.http..",
                "dev.kompakt.bootstrap.credential..",
                "dev.kompakt.bootstrap.upstream..",
                "dev.kompakt.ingress.relay..",
                "dev.kompakt.workers.upstream..",
                "dev.kompakt.standalone.cli.."),
            only("kafka..", "dev.kompakt.standalone.broker.."),
            only("picocli..", "dev.kompakt.standalone..", "dev.kompakt.standalone.cli.."),
            apart("ingress", "workers", "router", "standalone"),
            apart("workers", "ingress", "router", "standalone"),
            apart("router", "ingress", "workers", "standalone"),
            apart("bootstrap", "ingress", "workers", "router", "standalone"),
            apart("schemas", "bootstrap", "ingress", "workers", "router", "standalone"),
            pure(PURE),
            clockless(PURE),
            slices().matching("dev.kompakt.(*).(*)..").should().beFreeOfCycles())
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(KOMPAKT)));
  }

  private static ArchRule only(String library, String... homes) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .as(library + " is used in " + String.join(", ", homes) + " only")
        .allowEmptyShould(true);
  }

  private static ArchRule apart(String module, String... others) {
    String[] packages =
        Stream.of(others).map(other -> "dev.kompakt." + other + "..").toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage("dev.kompakt." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .as(module + " knows nothing of " + String.join(", ", others));
  }

  private static ArchRule pure(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(IMPURE)
        .as(String.join(", ", packages) + " do no I/O");
  }

  private static ArchRule clockless(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .as(String.join(", ", packages) + " have no clock of their own");
  }
}
