/// What tests and benchmarks stand on: a provider that can be told to misbehave, requests to send,
/// and deployments of Kompakt whose processes and links can be made to fail.
///
/// Starting points: [FakeUpstream] (the provider), [Reply] (what it can be told), [Call] (what it
/// saw), [Histories] (generated requests), [Captures] (recorded ones), [Canaries] (what tests plant
/// and look for), [Deployment] (a running Kompakt).
///
/// # How to write a test of a fault
///
/// 1. Say what there is: a [Layout], such as `Layout.ONE_OF_EACH.brokers(3).workers(2)`, and start
///    it by [Deployment#inProcesses(java.nio.file.Path, String, Layout)], once for all tests of the
///    class. The [Cluster] calls its processes `broker`, `broker-2`, `worker`, `ingress`, and so
///    on.
/// 2. Make a process fail: [Cluster#kill], [Cluster#pause] and [Cluster#resume],
///    [Cluster#terminate]; [Cluster#crash] and [Cluster#restart] have it back when they return.
///    Where exactly it dies: [Cluster#crashAt] a [dev.kompakt.bootstrap.fault.CrashPoint], then
///    [Cluster#awaitExit] 137 and [Cluster#start]. Where exactly it is held: [Cluster#holdAt], then
///    [Cluster#awaitHeld] and [Cluster#resume].
/// 3. Make a link fail. From a process to the brokers: `Layout.linked("worker")`, then
///    [Cluster#link], [BrokerLink#set] a [Fault], [BrokerLink#heal]. To the provider: a
///    `FaultProxy.to(upstream.port())` of the test's own, whose port goes into the config's
///    `baseUrl`. From a client: a `FaultProxy.to` the port of [Cluster#data()].
/// 4. Wait for what is to happen, never for time: the provider's [FakeUpstream#awaitCalls], an
///    answer, an exit.
/// 5. At the end assert that [dev.kompakt.testing.audit.Audit#violations] is empty; for that the
///    provider is `FakeUpstream.start(Audit::receipt)`.
@NullMarked
package dev.kompakt.testing;

import org.jspecify.annotations.NullMarked;
