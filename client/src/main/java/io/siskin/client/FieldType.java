package io.siskin.client;

/** What the values of a declared field are. */
public enum FieldType {
  /** Text. */
  STRING,
  /** Several texts. */
  STRING_LIST,
  /** Whole numbers of 64 bits. */
  INT64,
  /** Numbers of 64 bits. */
  DOUBLE,
  /** True or false. */
  BOOL,
  /** Instants, to the microsecond. */
  TIMESTAMP
}
