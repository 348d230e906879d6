/// What attempts read and write of the payload store.
///
/// Starting points: [Payloads].
@NullMarked
package dev.kompakt.workers.payload;

import org.jspecify.annotations.NullMarked;
