/// What tests and benchmarks stand on: a provider that can be told to misbehave, and requests to
/// send.
///
/// Starting points: [FakeUpstream] (the provider), [Reply] (what it can be told), [Call] (what it
/// saw), [Histories] (generated requests), [Captures] (recorded ones). Needs only the JDK and
/// Jackson, so that every module's tests may use it.
@NullMarked
package dev.kompakt.testing;

import org.jspecify.annotations.NullMarked;
