/// JSON read and written as a stream, without holding its long strings.
///
/// Starting points: [JsonTokens] for what is stored, [dev.kompakt.bootstrap.upstream.StrictJson]
/// for what an upstream sent.
@NullMarked
package dev.kompakt.workers.json;

import org.jspecify.annotations.NullMarked;
