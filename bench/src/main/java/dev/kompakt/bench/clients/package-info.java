/// What clients cost an ingress: those that wait, and those whose turns pass through.
///
/// Starting point: [ClientsCommand].
@NullMarked
package dev.kompakt.bench.clients;

import org.jspecify.annotations.NullMarked;
