/// Real clients, installed and driven as their users do.
///
/// Starting points: [Npm] (installs them), [Codex] (the command line).
@NullMarked
package dev.kompakt.testing.clients;

import org.jspecify.annotations.NullMarked;
