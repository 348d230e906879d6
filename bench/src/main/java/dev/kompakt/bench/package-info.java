/// `./kompakt bench`: how fast Kompakt is.
///
/// Starting points: [Main]; `micro` for single parts under JMH, `path` for all of it at once.
@NullMarked
package dev.kompakt.bench;

import org.jspecify.annotations.NullMarked;
