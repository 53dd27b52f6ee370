/** What commands print: search results, encodings, segments and calibrations, as text or JSON. */
@NullMarked
package io.siskin.server.app.output;

import org.jspecify.annotations.NullMarked;
