package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.standalone.cli.CompactionClient.Standing;
import dev.kompakt.standalone.rollout.Compactable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Compacts files through a data plane, a few at a time. A file that fails stops no other; one
/// whose content was compacted before gets that result.
final class Batch {
  private static final Duration FIRST_LOOK = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(500);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  /// How long a data plane may be away or overloaded before a file fails for it.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final CompactionClient client;
  private final Pipeline pipeline;
  private final String model;
  private final Inputs inputs;
  private final Progress progress;

  /// Makes a batch.
  ///
  /// @param client of the pipeline
  /// @param model for files that name none
  Batch(
      CompactionClient client, Pipeline pipeline, String model, Inputs inputs, Progress progress) {
    this.client = client;
    this.pipeline = pipeline;
    this.model = model;
    this.inputs = inputs;
    this.progress = progress;
  }

  /// Compacts all of them.
  ///
  /// @param parallel files at a time
  /// @param done told of each, in order
  /// @throws RoleFailedException as soon as nothing can come to an end any more
  void run(List<Path> files, int parallel, Consumer<FileReport> done) throws InterruptedException {
    Semaphore room = new Semaphore(parallel);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        List<Future<FileReport>> running =
            files.stream().map(file -> threads.submit(() -> compact(file, room))).toList();
        for (Future<FileReport> report : running) {
          done.accept(await(report));
        }
      } catch (InterruptedException | RoleFailedException e) {
        threads.shutdownNow();
        throw e;
      } catch (ExecutionException e) {
        throw new IllegalStateException("a file's thread failed", e.getCause());
      }
    }
  }

  private FileReport await(Future<FileReport> report)
      throws InterruptedException, ExecutionException {
    while (true) {
      pipeline.check();
      try {
        return report.get(BETWEEN_CHECKS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // it goes on
      }
    }
  }

  private FileReport compact(Path path, Semaphore room) throws InterruptedException {
    room.acquire();
    try {
      progress.jobs(path, 0, 0);
      return switch (inputs.look(path)) {
        case Inputs.Found.Unusable(FileReport.Failed report) -> report;
        case Inputs.Found.Job job -> compact(job);
      };
    } finally {
      progress.ended(path);
      room.release();
    }
  }

  private FileReport compact(Inputs.Found.Job job) throws InterruptedException {
    Path path = job.file().path();
    long start = System.nanoTime();
    try {
      String id = submit(job.file());
      try (Standing standing = await(path, id)) {
        return report(job, id, standing, Duration.ofNanos(System.nanoTime() - start));
      }
    } catch (ApiException e) {
      return new FileReport.Failed(path, ExitCode.FAILED, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new FileReport.Failed(path, ExitCode.CANNOT_CONNECT, "cut off: " + cause(e));
    }
  }

  private String submit(Compactable file) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return client.submit(file, model);
      } catch (IOException e) {
        giveUp(e, deadline);
        Thread.sleep(RETRY_PAUSE);
      }
    }
  }

  private Standing await(Path path, String id) throws IOException, InterruptedException {
    Duration pause = FIRST_LOOK;
    long heard = System.nanoTime();
    long deadline = heard + pipeline.deadline().plus(PATIENCE).toNanos();
    while (true) {
      Thread.sleep(pause);
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "compaction "
                + id
                + " has not ended within "
                + pipeline.deadline().toMinutes()
                + " min");
      }
      try {
        Standing standing = client.find(id);
        if (!standing.running()) {
          return standing;
        }
        JsonNode jobs = standing.face().path("progress");
        progress.jobs(path, jobs.path("done").asInt(0), jobs.path("jobs").asInt(0));
        heard = System.nanoTime();
      } catch (IOException e) {
        giveUp(e, heard + PATIENCE.toNanos());
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private static void giveUp(IOException e, long deadline) throws IOException {
    boolean refused = e instanceof ApiException answer && !answer.passing();
    if (refused || System.nanoTime() > deadline) {
      throw e;
    }
  }

  private FileReport report(Inputs.Found.Job job, String id, Standing standing, Duration time)
      throws InterruptedException {
    Path path = job.file().path();
    Path result = standing.result();
    if (result == null) {
      JsonNode error = standing.face().path("error");
      return new FileReport.Failed(
          path,
          ExitCode.FAILED,
          "the compaction "
              + standing.status()
              + ": "
              + error.path("message").asString("no reason was given")
              + " ("
              + error.path("code").asString(id)
              + ")");
    }
    Compactable.Result written;
    try (InputStream answer = new BufferedInputStream(Files.newInputStream(result))) {
      Path directory = job.output().toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      written = job.file().writeResult(answer, job.output(), true, InstantSource.system());
    } catch (IOException e) {
      return new FileReport.Failed(
          path, ExitCode.FAILED, job.output() + " cannot be written: " + cause(e));
    }
    return compacted(job, id, standing.face(), written, time);
  }

  private FileReport compacted(
      Inputs.Found.Job job, String id, JsonNode face, Compactable.Result written, Duration time)
      throws InterruptedException {
    JsonNode history = face.path("history");
    JsonNode work = face.path("progress");
    return new FileReport.Compacted(
        job.file().path(),
        written.file(),
        new FileReport.Size(
            history.path("items").asLong(0),
            history.path("bytes").asLong(0),
            history.path("estimated_tokens").asLong(0)),
        new FileReport.Size(
            written.items(), written.historyBytes(), Tokens.estimate(written.historyBytes())),
        id,
        face.path("model").asString(model),
        client.mode(pipeline.admin(), id),
        work.path("jobs").asInt(0),
        work.path("calls").asInt(0),
        time);
  }

  private static String cause(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }
}
