/// The configuration: one immutable tree of records, read once and checked whole.
///
/// Starting points: [ConfigLoader], [KompaktConfig]. The defaults and the meaning of each key stand
/// in the resource `kompakt-defaults.yaml`, from which docs/config.md is generated.
@NullMarked
package dev.kompakt.bootstrap.config;

import org.jspecify.annotations.NullMarked;
