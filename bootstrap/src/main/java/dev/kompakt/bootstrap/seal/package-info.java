/// Authenticated encryption of payload segments and of checkpoints handed to clients.
///
/// Starting points: [SealingKey], [SegmentSeal], [CheckpointSeal].
@NullMarked
package dev.kompakt.bootstrap.seal;

import org.jspecify.annotations.NullMarked;
