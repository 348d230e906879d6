/// What accounts are called with: API keys, or tokens that are renewed by one process at a time.
///
/// Starting points: [Credentials] (what callers use), [Access] (what they get).
@NullMarked
package dev.kompakt.bootstrap.credential;

import org.jspecify.annotations.NullMarked;
