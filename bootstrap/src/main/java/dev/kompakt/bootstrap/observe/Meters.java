package dev.kompakt.bootstrap.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// The meters of one process. Thread-safe.
public final class Meters {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Reading, List<Supplier<Number>>> gauges = new ConcurrentHashMap<>();

  private record Reading(Meter meter, List<Tag> tags) {}

  /// Adds one.
  ///
  /// @param tags one value for each of the meter's tags; never an id of which there are many
  public void count(Meter meter, String... tags) {
    add(meter, 1, tags);
  }

  public void add(Meter meter, double amount, String... tags) {
    expect(meter, Meter.Kind.COUNTER);
    Counter.builder(meter.id())
        .description(meter.description())
        .tags(tags(meter, tags))
        .register(registry)
        .increment(amount);
  }

  public void record(Meter meter, Duration duration, String... tags) {
    expect(meter, Meter.Kind.TIMER);
    Timer.builder(meter.id())
        .description(meter.description())
        .tags(tags(meter, tags))
        .publishPercentileHistogram(false)
        .register(registry)
        .record(duration);
  }

  /// Registers what a gauge reads; several readings of one gauge are added up, so that every role
  /// in a process can have its share.
  ///
  /// @param tags as in [#count]
  public void gauge(Meter meter, Supplier<Number> value, String... tags) {
    expect(meter, Meter.Kind.GAUGE);
    List<Supplier<Number>> shares =
        gauges.computeIfAbsent(
            new Reading(meter, tags(meter, tags)),
            reading -> {
              List<Supplier<Number>> made = new CopyOnWriteArrayList<>();
              var _ =
                  Gauge.builder(meter.id(), () -> sum(made))
                      .description(meter.description())
                      .tags(reading.tags())
                      .strongReference(true)
                      .register(registry);
              return made;
            });
    shares.add(value);
  }

  private static double sum(List<Supplier<Number>> shares) {
    return shares.stream().mapToDouble(share -> share.get().doubleValue()).sum();
  }

  /// What `/metrics` answers: Prometheus' text format.
  public String scrape() {
    return registry.scrape();
  }

  private static void expect(Meter meter, Meter.Kind kind) {
    if (meter.kind() != kind) {
      throw new IllegalArgumentException(meter + " is a " + meter.kind() + ", no " + kind);
    }
  }

  private static List<Tag> tags(Meter meter, String... values) {
    if (values.length != meter.tags().size()) {
      throw new IllegalArgumentException(meter + " has the tags " + meter.tags());
    }
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      tags.add(Tag.of(meter.tags().get(i), values[i]));
    }
    return tags;
  }
}
