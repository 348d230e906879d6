/// The topic catalogue and the codecs of its keys and values.
///
/// Starting points: [Topics] (the catalogue), [JsonCodec] (versioned JSON values).
@NullMarked
package dev.kompakt.schemas.topic;

import org.jspecify.annotations.NullMarked;
