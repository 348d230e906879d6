/// Decides who may come in and how much at once, before a byte of a body is read.
///
/// Starting points: [Clients] (who, and what their keys allow), [Admission] (how many requests and
/// bytes, in lanes and for each key), [BufferMemory] (how much memory those being read or answered
/// may take together), [Gate] (how many at once may do something expensive).
///
/// Threading: everything here is thread-safe; only [BufferMemory] and [Gate] wait.
@NullMarked
package dev.kompakt.ingress.admission;

import org.jspecify.annotations.NullMarked;
