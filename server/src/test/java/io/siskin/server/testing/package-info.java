/** What the tests of several packages share: seeded randomness and the optional real data. */
@NullMarked
package io.siskin.server.testing;

import org.jspecify.annotations.NullMarked;
