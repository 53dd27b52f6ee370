/**
 * Tokens of published models, by DJL's binding of the HuggingFace tokenizers library. The only
 * package that names {@code ai.djl}; its native library is loaded when the first tokenizer opens
 * and not before, and never makes a connection.
 */
@NullMarked
package io.siskin.server.encode.wordpiece;

import org.jspecify.annotations.NullMarked;
