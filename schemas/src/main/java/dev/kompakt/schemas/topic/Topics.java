package dev.kompakt.schemas.topic;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.CredentialEvent;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.TenantUsage;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// The catalogue of Kompakt's topics. docs/topics.md is generated from it.
public final class Topics {
  private static final Duration WEEK = Duration.ofDays(7);

  /// No session is idle longer and keeps its account.
  private static final Duration LONGEST_SESSION = Duration.ofDays(30);

  private static final int MIB = 1024 * 1024;

  private static final Codec<CompactionId> BY_COMPACTION =
      new TextCodec<>(CompactionId::value, CompactionId::new);

  /// Sealed segments of histories, summaries and answers. See
  /// [dev.kompakt.schemas.history.PayloadRef].
  public static final Topic<PayloadId, byte[]> PAYLOADS =
      new Topic<>(
          "kompakt.payloads",
          "payload id",
          "ingress, workers → workers, ingress",
          new TextCodec<>(PayloadId::value, PayloadId::new),
          new RawCodec(),
          false,
          WEEK,
          Topic.Sizing.SCALED,
          MIB);

  public static final Topic<CompactionId, Submission> SUBMISSIONS =
      new Topic<>(
          "kompakt.submissions",
          "compaction id",
          "ingress, command line → router",
          BY_COMPACTION,
          new JsonCodec<>(Submission.class),
          false,
          WEEK,
          Topic.Sizing.SCALED,
          4 * MIB);

  public static final Topic<String, Job> JOBS =
      new Topic<>(
          "kompakt.jobs",
          "account id (its lane); compaction id for local jobs",
          "router → workers",
          new TextCodec<>(Function.identity(), Function.identity()),
          new JsonCodec<>(Job.class),
          false,
          WEEK,
          Topic.Sizing.LANES,
          4 * MIB);

  public static final Topic<String, Report> OUTCOMES =
      new Topic<>(
          "kompakt.outcomes",
          "compaction id; turn id for ordinary turns; `account:` and its id for what is said of an"
              + " account",
          "workers, ingress → router, workers taking over a lane",
          new TextCodec<>(Function.identity(), Function.identity()),
          new JsonCodec<>(Report.class),
          false,
          WEEK,
          Topic.Sizing.SCALED,
          MIB);

  public static final Topic<AccountId, AccountStatus> ACCOUNTS =
      new Topic<>(
          "kompakt.accounts",
          "account id",
          "router → all",
          new TextCodec<>(AccountId::value, AccountId::new),
          new JsonCodec<>(AccountStatus.class),
          true,
          null,
          Topic.Sizing.SINGLE,
          MIB);

  public static final Topic<String, CredentialEvent> CREDENTIALS =
      new Topic<>(
          "kompakt.credentials",
          "account id and `|claim` or `|token`",
          "ingress, workers → ingress, workers",
          new TextCodec<>(Function.identity(), Function.identity()),
          new JsonCodec<>(CredentialEvent.class),
          true,
          null,
          Topic.Sizing.SINGLE,
          MIB);

  public static final Topic<TenantId, TenantUsage> TENANTS =
      new Topic<>(
          "kompakt.tenants",
          "tenant id",
          "router → ingress",
          new TextCodec<>(TenantId::value, TenantId::new),
          new JsonCodec<>(TenantUsage.class),
          true,
          null,
          Topic.Sizing.SINGLE,
          MIB);

  public static final Topic<LimitKey, LearnedLimit> LIMITS =
      new Topic<>(
          "kompakt.limits",
          "provider, endpoint, model",
          "router → ingress, workers",
          new TextCodec<>(LimitKey::toString, LimitKey::parse),
          new JsonCodec<>(LearnedLimit.class),
          true,
          null,
          Topic.Sizing.SINGLE,
          MIB);

  public static final Topic<String, SessionBinding> SESSIONS =
      new Topic<>(
          "kompakt.sessions",
          "SHA-256 of the session",
          "router → router, ingress",
          new TextCodec<>(Function.identity(), Function.identity()),
          new JsonCodec<>(SessionBinding.class),
          true,
          LONGEST_SESSION,
          Topic.Sizing.SINGLE,
          MIB);

  public static final Topic<CompactionId, CompactionStatus> COMPACTIONS =
      new Topic<>(
          "kompakt.compactions",
          "compaction id",
          "router → ingress, workers, command line",
          BY_COMPACTION,
          new JsonCodec<>(CompactionStatus.class),
          true,
          WEEK,
          Topic.Sizing.SCALED,
          MIB);

  public static final Topic<String, DeadLetter> DEAD_LETTERS =
      new Topic<>(
          "kompakt.dead-letters",
          "compaction id; the position of an unreadable record of none",
          "router, workers → ingress",
          new TextCodec<>(Function.identity(), Function.identity()),
          new JsonCodec<>(DeadLetter.class),
          false,
          Duration.ofDays(30),
          Topic.Sizing.SINGLE,
          MIB);

  /// All of them, in the order data flows.
  public static final List<Topic<?, ?>> ALL =
      List.of(
          PAYLOADS,
          SUBMISSIONS,
          JOBS,
          OUTCOMES,
          ACCOUNTS,
          CREDENTIALS,
          TENANTS,
          LIMITS,
          SESSIONS,
          COMPACTIONS,
          DEAD_LETTERS);

  private Topics() {}
}
