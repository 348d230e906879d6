/// The data plane: takes requests in, makes them durable, keeps their callers' connections alive
/// and answers them.
///
/// Starting points: [IngressService], the one thing another module needs.
@NullMarked
package dev.kompakt.ingress;

import org.jspecify.annotations.NullMarked;
