/**
 * What a command is to the operating system: exit statuses, logging, stop signals, the report of a
 * failure, peak memory, the folders of the user.
 */
@NullMarked
package io.siskin.server.app.process;

import org.jspecify.annotations.NullMarked;
