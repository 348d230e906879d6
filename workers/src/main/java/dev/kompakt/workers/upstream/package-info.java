/// Upstream calls: one adapter per mode behind one port. The only place that speaks HTTP to
/// providers.
///
/// Starting points: [Upstream] (prepares calls), [UpstreamMode] (the adapters), [Exchange] (one
/// call with its deadlines), [dev.kompakt.bootstrap.upstream.Classification] (what an error is to
/// us).
@NullMarked
package dev.kompakt.workers.upstream;

import org.jspecify.annotations.NullMarked;
