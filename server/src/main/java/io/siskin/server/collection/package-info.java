/**
 * Collections on disk and in service: the data directory, the manifest that names a collection's
 * segments and encoder, the reference-counted snapshot that a search holds, and the catalog that
 * notices when a collection is replaced. Knows segments and encoders; knows nothing of requests.
 */
@NullMarked
package io.siskin.server.collection;

import org.jspecify.annotations.NullMarked;
