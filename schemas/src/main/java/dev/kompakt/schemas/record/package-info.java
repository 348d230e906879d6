/// The records on Kompakt's topics. These types are a public contract: see docs/topics.md.
///
/// Starting points: [Submission], [Job], [Report], [CompactionStatus].
@NullMarked
package dev.kompakt.schemas.record;

import org.jspecify.annotations.NullMarked;
