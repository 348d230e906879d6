/// Takes in a request body in one pass: decodes it, checks the JSON, hashes the canonical content,
/// and writes items and envelope as it goes. No string is ever held whole, so memory does not grow
/// with the body, only (by a few bytes each) with the number of items.
///
/// Starting points: [BodyScanner] (one body), [ScannedBody] (what is known of it afterwards),
/// [ContentDecoding] (gzip and zstd), [BodyRejected] (everything that can be wrong with it).
///
/// Threading: a scanner belongs to one thread, which may block in the streams given to it.
@NullMarked
package dev.kompakt.ingress.intake;

import org.jspecify.annotations.NullMarked;
