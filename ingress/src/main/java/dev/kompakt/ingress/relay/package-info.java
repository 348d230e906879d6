/// Ordinary turns: passed through to an account and back as they come.
///
/// Starting points: [Relay] (one turn from its choice of account to its last byte), [Accounts] (who
/// may be chosen), [Spool] (the request while it is held).
@NullMarked
package dev.kompakt.ingress.relay;

import org.jspecify.annotations.NullMarked;
