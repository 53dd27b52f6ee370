/**
 * What can be set about a server, and what was set.
 *
 * <p>{@link io.siskin.server.config.ServerConfig} is an immutable tree of records. It is the only
 * declaration of the settings: the name of a component is the key in the file, and its {@link
 * io.siskin.server.config.Setting} says meaning, unit, range and default. {@link
 * io.siskin.server.config.SettingsTree} derives all other forms from it. The setting {@code
 * grpc.port} is the key {@code port} in the section {@code grpc} of the file, the variable {@code
 * SISKIN__GRPC__PORT} and the option {@code --grpc-port}, unless {@link
 * io.siskin.server.config.Setting#flags} names the option.
 *
 * <p>To add a setting, add a component with a {@code @Setting} to a record, or a record with a
 * {@code @Section} to {@code ServerConfig}. Then use its value where {@code app.serving} makes the
 * options of the parts, and write the table of {@code docs/configuration.md} anew: the test that
 * compares the two says how.
 *
 * <p>This package knows no part of the server. It checks ranges of single values; the parts check
 * what belongs together.
 */
@NullMarked
package io.siskin.server.config;

import org.jspecify.annotations.NullMarked;
