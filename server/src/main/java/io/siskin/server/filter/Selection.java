package io.siskin.server.filter;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.OfField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which documents a request is about: those of its tenant that its filter admits. The filter fits
 * the schema, keeps all limits and is in canonical form, so that selections that are written in
 * different ways are equal.
 *
 * <p>Immutable and safe to share. Hashing it costs nothing, so it serves as a key.
 */
public final class Selection {
  private static final long CONDITION_BYTES = 64;
  private static final long VALUE_BYTES = 48;

  private final Filter filter;
  private final int hash;

  private Selection(Filter filter) {
    this.filter = filter;
    this.hash = filter.hashCode();
  }

  /**
   * Checks what a request selects.
   *
   * @param filter the request's filter, or null for none
   * @param tenant whose documents the request is about; empty for none
   * @param schema the fields of the collection
   * @throws InvalidInputException when the filter breaks a limit or does not fit the schema, when
   *     the schema has a tenant field and no tenant is given, or when it has none and a tenant is
   */
  public static Selection of(@Nullable Filter filter, String tenant, Schema schema) {
    Filter wanted = filter == null ? AllOf.EVERYTHING : filter;
    FilterCheck.check(wanted, schema);
    String tenantField = schema.tenantField();
    if (tenantField == null) {
      if (!tenant.isEmpty()) {
        throw new InvalidInputException(
            "tenant", "'" + tenant + "'", "none, since the collection has no tenant field");
      }
      return new Selection(CanonicalForm.of(wanted, schema));
    }
    if (tenant.isEmpty()) {
      throw new InvalidInputException(
          "tenant", "missing", "a tenant, since the collection keeps documents of several");
    }
    FilterCheck.checkText("tenant", tenant);
    In owned = new In(tenantField, List.of(new FieldValue.Text(tenant)));
    return new Selection(CanonicalForm.of(new AllOf(List.of(owned, wanted)), schema));
  }

  /** Returns the filter in canonical form, with the condition on the tenant. */
  public Filter filter() {
    return filter;
  }

  /** Returns whether every document is selected, whatever its fields. */
  public boolean isEverything() {
    return filter.equals(AllOf.EVERYTHING);
  }

  /** Returns about how many bytes of heap the selection takes. */
  long heapBytes() {
    return bytes(filter);
  }

  private static long bytes(Filter filter) {
    return CONDITION_BYTES
        + switch (filter) {
          case AllOf(List<Filter> filters) -> filters.stream().mapToLong(Selection::bytes).sum();
          case AnyOf(List<Filter> filters) -> filters.stream().mapToLong(Selection::bytes).sum();
          case Not(Filter inside) -> bytes(inside);
          case In(_, List<FieldValue> values) -> values.stream().mapToLong(Selection::bytes).sum();
          case InRange range ->
              (range.lower() == null ? 0 : bytes(range.lower().value()))
                  + (range.upper() == null ? 0 : bytes(range.upper().value()));
          case Filter.Prefix(_, String prefix) -> 2L * prefix.length();
          case OfField _ -> 0;
        };
  }

  private static long bytes(FieldValue value) {
    return VALUE_BYTES + (value instanceof FieldValue.Text(String text) ? 2L * text.length() : 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Selection selection
        && hash == selection.hash
        && filter.equals(selection.filter);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns the filter's text, in the grammar of {@code docs/filters.md}. */
  @Override
  public String toString() {
    return filter.toText();
  }
}
