/// Holds exchanges until there is an answer, and writes it.
///
/// Starting points: [Parking] (parks, answers and streams events), [Replies] (short answers given
/// at once), [Request] (one request from arrival to its line in the access log).
///
/// Threading: an exchange is touched on its I/O thread only, but for two stretches in which one
/// virtual thread owns it: while the body is read, and while a stored answer is written. Whatever
/// else wants something of it hops to the I/O thread first. Nothing here throws once a response is
/// under way: Undertow would end the body cleanly, and a broken answer would pass for a whole one.
@NullMarked
package dev.kompakt.ingress.park;

import org.jspecify.annotations.NullMarked;
