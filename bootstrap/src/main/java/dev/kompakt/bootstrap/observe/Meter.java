package dev.kompakt.bootstrap.observe;

import java.util.List;

/// Every metric Kompakt exports; names and tags are a public contract. Kinds: a counter only grows,
/// a gauge is read when asked, a timer counts and measures durations in seconds.
public enum Meter {
  REQUESTS(
      "kompakt_requests",
      Kind.COUNTER,
      "Requests answered, by route and status",
      "route",
      "status"),
  REQUESTS_IN_FLIGHT("kompakt_requests_in_flight", Kind.GAUGE, "Requests being read or parked"),
  PARKED("kompakt_parked_requests", Kind.GAUGE, "Requests parked until their compaction ends"),
  BODY_BYTES_IN_FLIGHT(
      "kompakt_body_bytes_in_flight",
      Kind.GAUGE,
      "Request bytes admitted and not yet read to the end"),
  BODY_BYTES("kompakt_body_bytes", Kind.COUNTER, "Request body bytes read, decoded"),
  KEEPALIVES("kompakt_keepalives", Kind.COUNTER, "Keepalive beats written"),
  CLIENTS_GONE("kompakt_clients_gone", Kind.COUNTER, "Clients that left before their answer"),
  REFUSED(
      "kompakt_requests_refused",
      Kind.COUNTER,
      "Requests refused at admission, by reason",
      "reason"),
  CONNECTIONS("kompakt_connections", Kind.GAUGE, "Connections open to the data plane"),
  CLIENT_KEYS("kompakt_client_keys", Kind.GAUGE, "Client keys known, expired ones too"),
  CLIENTS_FILE_BROKEN(
      "kompakt_clients_file_broken",
      Kind.GAUGE,
      "1 while the file of client keys cannot be understood and the last good keys hold"),
  TURNS(
      "kompakt_turns", Kind.COUNTER, "Ordinary turns passed through, by how they ended", "outcome"),
  TURNS_OPEN("kompakt_turns_open", Kind.GAUGE, "Ordinary turns being passed through"),
  TURN_FIRST_BYTE(
      "kompakt_turn_first_byte",
      Kind.TIMER,
      "From the call for an ordinary turn to the response's headers"),
  TURN_REPORTS_DROPPED(
      "kompakt_turn_reports_dropped",
      Kind.COUNTER,
      "Reports of ordinary turns dropped, as too many waited for Kafka"),
  ATTACHED(
      "kompakt_requests_attached",
      Kind.COUNTER,
      "Identical requests that met a running or finished compaction"),
  SUBMISSIONS("kompakt_submissions", Kind.COUNTER, "Submissions published and acknowledged"),
  CHECKPOINTS_OPENED(
      "kompakt_checkpoints_opened", Kind.COUNTER, "Compaction items of Kompakt's own opened"),
  COMPLETIONS(
      "kompakt_completions",
      Kind.COUNTER,
      "Compactions ended, by outcome and cause",
      "outcome",
      "cause"),
  COMPACTION_DURATION(
      "kompakt_compaction_duration",
      Kind.TIMER,
      "From acceptance to the terminal status",
      "outcome"),
  JOBS_SENT("kompakt_jobs_sent", Kind.COUNTER, "Jobs put on lanes", "mode"),
  DUPLICATE_EVENTS(
      "kompakt_duplicate_events",
      Kind.COUNTER,
      "Events that changed nothing because they had been applied"),
  UNREADABLE_RECORDS(
      "kompakt_unreadable_records", Kind.COUNTER, "Records that could not be read", "topic"),
  ATTEMPTS(
      "kompakt_attempts",
      Kind.COUNTER,
      "Attempts finished, by mode and outcome",
      "mode",
      "outcome"),
  ATTEMPT_DURATION(
      "kompakt_attempt_duration",
      Kind.TIMER,
      "From the start of an attempt to its outcome",
      "mode"),
  ATTEMPTS_RUNNING("kompakt_attempts_running", Kind.GAUGE, "Attempts running in this process"),
  JOBS_WAITING(
      "kompakt_jobs_waiting", Kind.GAUGE, "Jobs taken from lanes and waiting for their account"),
  UPSTREAM_CALLS(
      "kompakt_upstream_calls",
      Kind.COUNTER,
      "Upstream calls made, by account and status class",
      "account",
      "status_class"),
  IMPLAUSIBLE_USAGE(
      "kompakt_implausible_usage",
      Kind.COUNTER,
      "Values ignored that providers gave for quotas and waits, by account",
      "account"),
  UPSTREAM_BYTES(
      "kompakt_upstream_request_bytes", Kind.COUNTER, "Request bytes sent upstream", "account"),
  CREDENTIALS_RENEWED(
      "kompakt_credentials_renewed",
      Kind.COUNTER,
      "Tokens of accounts renewed by this process, and renewals that failed",
      "account",
      "outcome"),
  LANES("kompakt_lanes", Kind.GAUGE, "Lanes this worker owns"),
  ACCOUNT_USED(
      "kompakt_account_used_ratio",
      Kind.GAUGE,
      "What is used of the account's fullest window, 1 for all; told by routers",
      "account"),
  ACCOUNT_STATE(
      "kompakt_account_state",
      Kind.GAUGE,
      "1 for the state the account is in, 0 for the others; told by routers",
      "account",
      "state"),
  ACCOUNT_IN_FLIGHT(
      "kompakt_account_in_flight",
      Kind.GAUGE,
      "Calls of the account running in this process",
      "account"),
  ACCOUNT_CHOSEN(
      "kompakt_account_chosen",
      Kind.COUNTER,
      "Calls the account was chosen for, and why",
      "account",
      "reason"),
  ACCOUNT_REFUSED(
      "kompakt_account_refused",
      Kind.COUNTER,
      "Calls the account did not take, and why",
      "account",
      "reason");

  /// What a meter is.
  public enum Kind {
    COUNTER,
    GAUGE,
    TIMER
  }

  private final String id;
  private final Kind kind;
  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> tags;

  Meter(String id, Kind kind, String description, String... tags) {
    this.id = id;
    this.kind = kind;
    this.description = description;
    this.tags = List.of(tags);
  }

  /// The name it is registered by; Prometheus adds `_total` or `_seconds`.
  public String id() {
    return id;
  }

  public Kind kind() {
    return kind;
  }

  public String description() {
    return description;
  }

  /// Names of its tags, in the order values are given.
  public List<String> tags() {
    return tags;
  }
}
