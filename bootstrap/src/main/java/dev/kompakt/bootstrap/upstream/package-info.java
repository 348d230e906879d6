/// What providers say in headers and errors, and what it means when they say nothing; read by
/// workers and ingress alike. Pure.
@NullMarked
package dev.kompakt.bootstrap.upstream;

import org.jspecify.annotations.NullMarked;
