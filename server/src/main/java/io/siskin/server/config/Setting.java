package io.siskin.server.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a record component a setting. Its type may be {@code int}, {@code long}, {@code double},
 * {@code boolean}, {@code String}, {@code Path}, an enum, a list of texts or paths, or a map of
 * texts. A boxed or nullable type has no value when nothing is set.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** What it is, in whole sentences without range and default: for help, documents and files. */
  String doc();

  /** What the value is called in help. */
  String label() default "N";

  /** The value when nothing is set, as text. Empty for none. */
  String defaultValue() default "";

  /** What happens when nothing is set, in words, where {@link #defaultValue} is empty. */
  String defaultText() default "";

  /** The least number that is allowed. */
  long min() default Long.MIN_VALUE;

  /** The greatest number that is allowed. */
  long max() default Long.MAX_VALUE;

  /** What is allowed, in words, for what is neither a number nor a choice. */
  String allowed() default "";

  /** The unit of a number, such as {@code ms} or {@code MiB}. Empty for none. */
  String unit() default "";

  /** The options of the command line, the long one last. Empty for one that is made of the path. */
  String[] flags() default {};
}
