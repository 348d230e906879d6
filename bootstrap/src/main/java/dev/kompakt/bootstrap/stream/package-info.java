/// What streams of bytes have in common.
@NullMarked
package dev.kompakt.bootstrap.stream;

import org.jspecify.annotations.NullMarked;
