/// The command line: reads arguments, starts what they ask for, and tells people about it. Data
/// goes to stdout, everything else to stderr.
///
/// Starting points: [CommandLineInterface], [CompactCommand], [ExitCode].
@NullMarked
package dev.kompakt.standalone.cli;

import org.jspecify.annotations.NullMarked;
