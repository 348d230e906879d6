/// The router's stores: their names, their codecs, and the memory RocksDB may take.
///
/// Starting points: [RouterStores] (the stores), [StoreMemory] (one cache for all of them).
@NullMarked
package dev.kompakt.router.state;

import org.jspecify.annotations.NullMarked;
