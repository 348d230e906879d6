/// Kompakt as it is started: the roles of one process, and the command line.
///
/// Starting points: [Main], [Kompakt].
@NullMarked
package dev.kompakt.standalone;

import org.jspecify.annotations.NullMarked;
