/// The accounts of a provider as the router sees them; which of them a job goes to is
/// [dev.kompakt.bootstrap.route].
///
/// Starting points: [AccountBook] (the accounts of one provider while one decision is taken),
/// [Upstream] (a provider and its accounts). Pure: no Kafka, no clock of its own, no I/O.
@NullMarked
package dev.kompakt.router.route;

import org.jspecify.annotations.NullMarked;
