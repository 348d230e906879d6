/// The admin plane's HTTP listener: probes, metrics and `/admin/v1`.
///
/// Starting points: [AdminServer].
@NullMarked
package dev.kompakt.bootstrap.admin;

import org.jspecify.annotations.NullMarked;
