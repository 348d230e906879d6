/// Faults that tests ask a process for; without being asked, nothing here does anything.
///
/// Starting points: [CrashPoint].
@NullMarked
package dev.kompakt.bootstrap.fault;

import org.jspecify.annotations.NullMarked;
