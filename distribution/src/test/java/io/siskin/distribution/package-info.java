/** The archive: what is in it, and that it runs. */
package io.siskin.distribution;
