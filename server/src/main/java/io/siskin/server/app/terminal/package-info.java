/** How a command writes to a person: width, colours, progress, numbers with units. */
@NullMarked
package io.siskin.server.app.terminal;

import org.jspecify.annotations.NullMarked;
