package io.siskin.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a new collection shall be. Immutable; made by {@link #of} and refined by the {@code with}
 * methods. Ranges are checked by the server.
 *
 * @param name its name: 1 to 128 letters, digits, {@code _ . -}, not beginning with {@code .} or
 *     {@code -}
 * @param fields the fields that filters can use, in their order
 * @param tenantField the field that says whose a document is; null for none
 * @param encoderParametersJson how text becomes vectors, in the form of {@link
 *     CollectionInfo#encoderParametersJson}; empty when documents and queries come as vectors
 * @param storage how its documents are stored
 * @param writes when its writes become durable and visible
 * @param defaultRecallTarget the recall target of a search that names neither mode nor target,
 *     above 0 to 1; null for 1, which is exact
 * @param statistics among which documents it is counted how frequent the terms of a query are
 * @param denseFields the fields of dense vectors, at most 16
 */
public record NewCollection(
    String name,
    Map<String, FieldType> fields,
    @Nullable String tenantField,
    String encoderParametersJson,
    Storage storage,
    Writes writes,
    @Nullable Float defaultRecallTarget,
    StatisticsScope statistics,
    List<DenseField> denseFields) {
  /**
   * How documents are stored.
   *
   * @param weightBits bits of a stored weight, 8 or 16
   * @param storeFields whether texts and undeclared fields are kept to be returned
   * @param reorder whether documents are reordered by similarity when segments grow large
   * @param clusteredLists whether lists for the mode clustered are built
   */
  public record Storage(
      int weightBits, boolean storeFields, boolean reorder, boolean clusteredLists) {
    /** 8 bits, fields kept, reordered, no clustered lists. */
    public static final Storage DEFAULTS = new Storage(8, true, true, false);
  }

  /** When the log is forced to the disk. */
  public enum Sync {
    /** Before each answer: a write that was answered survives a loss of power. */
    EVERY_BATCH,
    /** At an interval: a loss of power may take what was answered in it. */
    INTERVAL,
    /** Never by the server: the operating system decides. */
    NONE
  }

  /**
   * When writes become durable and visible.
   *
   * @param sync when the log is forced to the disk
   * @param syncInterval how often with {@link Sync#INTERVAL}, 1 ms to a minute; null for a second
   * @param refreshInterval how long a write takes at most to become visible, 10 ms to ten minutes;
   *     null for a second
   */
  public record Writes(
      Sync sync, @Nullable Duration syncInterval, @Nullable Duration refreshInterval) {
    /** Forced before each answer, visible after a second. */
    public static final Writes DEFAULTS = new Writes(Sync.EVERY_BATCH, null, null);
  }

  /**
   * Makes a collection without dense fields.
   *
   * @param name see above
   * @param fields see above
   * @param tenantField see above
   * @param encoderParametersJson see above
   * @param storage see above
   * @param writes see above
   * @param defaultRecallTarget see above
   * @param statistics see above
   */
  public NewCollection(
      String name,
      Map<String, FieldType> fields,
      @Nullable String tenantField,
      String encoderParametersJson,
      Storage storage,
      Writes writes,
      @Nullable Float defaultRecallTarget,
      StatisticsScope statistics) {
    this(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        storage,
        writes,
        defaultRecallTarget,
        statistics,
        List.of());
  }

  /** Copies the fields and keeps their order. */
  public NewCollection {
    denseFields = List.copyOf(denseFields);
    fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * Makes a collection of vectors with the defaults of everything.
   *
   * @param name its name
   */
  public static NewCollection of(String name) {
    return new NewCollection(
        name,
        Map.of(),
        null,
        "",
        Storage.DEFAULTS,
        Writes.DEFAULTS,
        null,
        StatisticsScope.COLLECTION);
  }

  /**
   * Returns the same with one more declared field.
   *
   * @param field the field's name
   * @param type the type of its values
   */
  public NewCollection withField(String field, FieldType type) {
    Map<String, FieldType> more = new LinkedHashMap<>(fields);
    more.put(field, type);
    return new NewCollection(
        name,
        more,
        tenantField,
        encoderParametersJson,
        storage,
        writes,
        defaultRecallTarget,
        statistics,
        denseFields);
  }

  /**
   * Returns the same with tenants.
   *
   * @param field a declared field of type {@link FieldType#STRING}
   */
  public NewCollection withTenantField(String field) {
    return new NewCollection(
        name,
        fields,
        field,
        encoderParametersJson,
        storage,
        writes,
        defaultRecallTarget,
        statistics,
        denseFields);
  }

  /**
   * Returns the same with an encoder of texts.
   *
   * @param json the encoder as one JSON object
   */
  public NewCollection withEncoderParametersJson(String json) {
    return new NewCollection(
        name,
        fields,
        tenantField,
        json,
        storage,
        writes,
        defaultRecallTarget,
        statistics,
        denseFields);
  }

  /**
   * Returns the same, stored in another way.
   *
   * @param newStorage how
   */
  public NewCollection withStorage(Storage newStorage) {
    return new NewCollection(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        newStorage,
        writes,
        defaultRecallTarget,
        statistics,
        denseFields);
  }

  /**
   * Returns the same, written in another way.
   *
   * @param newWrites how
   */
  public NewCollection withWrites(Writes newWrites) {
    return new NewCollection(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        storage,
        newWrites,
        defaultRecallTarget,
        statistics,
        denseFields);
  }

  /**
   * Returns the same with a recall target of searches that name none.
   *
   * @param target above 0, at most 1
   */
  public NewCollection withDefaultRecallTarget(float target) {
    return new NewCollection(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        storage,
        writes,
        target,
        statistics,
        denseFields);
  }

  /**
   * Returns the same with another choice of whose documents say how frequent terms are.
   *
   * @param scope the documents; those of a tenant only with a tenant field
   */
  public NewCollection withStatistics(StatisticsScope scope) {
    return new NewCollection(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        storage,
        writes,
        defaultRecallTarget,
        scope,
        denseFields);
  }

  /**
   * Returns the same with one more field of dense vectors.
   *
   * @param field the field
   */
  public NewCollection withDenseField(DenseField field) {
    List<DenseField> more = new ArrayList<>(denseFields);
    more.add(field);
    return new NewCollection(
        name,
        fields,
        tenantField,
        encoderParametersJson,
        storage,
        writes,
        defaultRecallTarget,
        statistics,
        more);
  }
}
