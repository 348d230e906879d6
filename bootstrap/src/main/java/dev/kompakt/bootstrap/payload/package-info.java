/// The payload store: sealed segments on `kompakt.payloads`, written once and read by pointer.
///
/// Starting points: [PayloadStore].
@NullMarked
package dev.kompakt.bootstrap.payload;

import org.jspecify.annotations.NullMarked;
