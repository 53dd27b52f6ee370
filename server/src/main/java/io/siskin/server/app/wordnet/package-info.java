/**
 * The demo's text: WordNet 3.1 out of a Maven dependency, one document a synset. Reads the class
 * path; knows nothing of collections and prints nothing.
 */
@NullMarked
package io.siskin.server.app.wordnet;

import org.jspecify.annotations.NullMarked;
