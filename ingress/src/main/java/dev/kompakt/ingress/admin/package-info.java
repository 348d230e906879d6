/// What operators ask of an ingress and have it do, under `/admin/v1`.
///
/// Starting points: [AdminEndpoints] (all of them), [AccountObject], [DeadLetterObject],
/// [ReplayObject] (how things are shown).
@NullMarked
package dev.kompakt.ingress.admin;

import org.jspecify.annotations.NullMarked;
