/// Which account a job goes to: in turn, around the accounts that have to rest.
///
/// Starting points: [AccountBook] (the accounts of one provider while one decision is taken),
/// [Routing] (what was chosen). Pure: no Kafka, no clock of its own, no I/O.
@NullMarked
package dev.kompakt.router.route;

import org.jspecify.annotations.NullMarked;
