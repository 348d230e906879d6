/// Decides who may come in and how much at once, before a byte of a body is read.
///
/// Starting points: [Clients] (who), [Admission] (how many requests and bytes), [BufferMemory] (how
/// much memory those being read or answered may take together).
///
/// Threading: everything here is thread-safe; only [BufferMemory] waits.
@NullMarked
package dev.kompakt.ingress.admission;

import org.jspecify.annotations.NullMarked;
