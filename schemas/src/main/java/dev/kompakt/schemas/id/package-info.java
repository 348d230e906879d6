/// Identifiers as types: each is a record around one checked string, written to JSON as that
/// string.
@NullMarked
package dev.kompakt.schemas.id;

import org.jspecify.annotations.NullMarked;
