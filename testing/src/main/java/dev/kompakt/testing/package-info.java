/// What tests and benchmarks stand on: a provider that can be told to misbehave, and requests to
/// send.
///
/// Starting points: [FakeUpstream] (the provider), [Reply] (what it can be told), [Call] (what it
/// saw), [Histories] (generated requests), [Captures] (recorded ones), [Canaries] (what tests plant
/// and look for). These need only the JDK and Jackson.
@NullMarked
package dev.kompakt.testing;

import org.jspecify.annotations.NullMarked;
