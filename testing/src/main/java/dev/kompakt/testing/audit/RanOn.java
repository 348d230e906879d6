package dev.kompakt.testing.audit;

import dev.kompakt.testing.Call;
import java.time.Instant;

/// A call of a worker that was cut off from the brokers, or held, while it made it: the next owner
/// of its lane cannot know whether it goes on, so it may run beside the next owner's own.
/// docs/adr/0015 says why nothing is done about that. It counts against the calls at once only up
/// to then.
///
/// @param since the worker was cut off or held
public record RanOn(Call call, Instant since) {}
