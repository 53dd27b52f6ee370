/**
 * Certificates of listeners, which are read again when their files change. It knows the JDK's types
 * only, so that every listener can use it, whatever library it is made of.
 */
@NullMarked
package io.siskin.server.tls;

import org.jspecify.annotations.NullMarked;
