/// Which account a call goes to: one pure function for the router's jobs and an ingress' turns.
///
/// Starting points: [Pool] (the accounts of a provider and what is known of them), [Ask] (what is
/// to be sent), [Routing] (where it goes), [Choice] (the rules), [Ranking] (what an account is
/// worth), [Roster] (how the best of thousands is found). No Kafka, no clock of its own, no I/O.
@NullMarked
package dev.kompakt.bootstrap.route;

import org.jspecify.annotations.NullMarked;
