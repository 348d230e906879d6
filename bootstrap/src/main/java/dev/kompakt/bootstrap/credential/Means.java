package dev.kompakt.bootstrap.credential;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/// What all accounts of a process renew their tokens with.
///
/// @param process names it in claims
/// @param gate how many may claim and ask at once
/// @param threads of renewals, which outlive their callers
record Means(
    String process,
    CredentialLog log,
    TokenEndpoint endpoint,
    Semaphore gate,
    Executor threads,
    Timing timing,
    InstantSource clock) {}
