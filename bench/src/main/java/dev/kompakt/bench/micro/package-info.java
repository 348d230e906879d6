/// Single parts under JMH: scanning, packing, sealing, deciding.
///
/// Starting points: [MicroCommand]; one class for each part.
@NullMarked
package dev.kompakt.bench.micro;

import org.jspecify.annotations.NullMarked;
