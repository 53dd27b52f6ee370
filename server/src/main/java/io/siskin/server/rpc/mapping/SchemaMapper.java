package io.siskin.server.rpc.mapping;

import com.google.protobuf.Duration;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.proto.v1.Alias;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionMemory;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.ListAliasesResponse;
import io.siskin.proto.v1.Schema;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.Snapshot;
import io.siskin.proto.v1.StatisticsScope;
import io.siskin.proto.v1.StorageOptions;
import io.siskin.proto.v1.SyncPolicy;
import io.siskin.proto.v1.TextStatistics;
import io.siskin.proto.v1.WriteOptions;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.CollectionDescription.LengthDescription;
import io.siskin.server.retrieve.CollectionDescription.MemoryDescription;
import io.siskin.server.retrieve.CollectionDescription.StorageDescription;
import io.siskin.server.write.CollectionChanges.KeptSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The translation of what is chosen for collections, and of what is kept of them. */
public final class SchemaMapper {
  private static final float RECALL_TARGET_DEFAULT = 1;
  private static final int WEIGHT_BITS_FINE = 16;
  private static final int WEIGHT_BITS = 8;
  private static final long SYNC_MILLIS_MAX = 60_000;
  private static final int SYNC_MILLIS_DEFAULT = 1_000;
  private static final long REFRESH_MILLIS_MIN = 10;
  private static final long REFRESH_MILLIS_MAX = 600_000;
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final int NANOS_PER_MILLI = 1_000_000;

  private SchemaMapper() {}

  /**
   * Translates what is chosen for a new collection.
   *
   * @param message the request
   * @throws InvalidInputException when a field is outside its range
   */
  public static CollectionSettings settings(CreateCollectionRequest message) {
    float target =
        message.hasDefaultRecallTarget() ? message.getDefaultRecallTarget() : RECALL_TARGET_DEFAULT;
    if (!(target > 0 && target <= 1)) {
      throw new InvalidInputException("default_recall_target", target, "above 0, at most 1");
    }
    return new CollectionSettings(
        schema(message.getSchema()),
        storage(message.getStorage()),
        writes(message.getWrites()),
        target,
        statistics(message.getStatistics()),
        DenseMapper.encoders(message.getSchema().getDenseFieldsList()));
  }

  private static io.siskin.server.collection.StatisticsScope statistics(StatisticsScope message) {
    return switch (message) {
      case STATISTICS_SCOPE_UNSPECIFIED, STATISTICS_SCOPE_COLLECTION ->
          io.siskin.server.collection.StatisticsScope.COLLECTION;
      case STATISTICS_SCOPE_TENANT -> io.siskin.server.collection.StatisticsScope.TENANT;
      case UNRECOGNIZED ->
          throw new InvalidInputException("statistics", message, "COLLECTION or TENANT");
    };
  }

  /**
   * Translates how text becomes vectors in a new collection.
   *
   * @param message the request
   * @throws InvalidInputException when it is no encoder, or one that needs files of its own
   */
  public static EncoderSpec encoder(CreateCollectionRequest message) {
    String field = "encoder_parameters_json";
    String json = message.getEncoderParametersJson();
    if (json.isEmpty()) {
      return new VectorSpec();
    }
    EncoderSpec encoder;
    try {
      encoder = EncoderSpecJson.read(json, field);
    } catch (UnsupportedFormatException unknown) {
      throw new InvalidInputException(
          field, json, "a JSON object with \"version\": " + EncoderSpecJson.VERSION);
    }
    if (!encoder.resources().isEmpty()) {
      throw new InvalidInputException(
          field,
          "an encoder that needs the file " + encoder.resources().getFirst().name(),
          "an encoder without files; build a collection with one by siskin index");
    }
    return encoder;
  }

  private static io.siskin.index.document.Schema schema(Schema message) {
    int countMax = io.siskin.index.document.Schema.FIELD_COUNT_MAX;
    if (message.getFieldsCount() > countMax) {
      throw new InvalidInputException(
          "schema.fields", message.getFieldsCount() + " fields", "at most " + countMax + " fields");
    }
    List<io.siskin.index.document.Schema.Field> fields = new ArrayList<>();
    for (int i = 0; i < message.getFieldsCount(); i++) {
      SchemaField field = message.getFields(i);
      String path = "schema.fields[" + i + "]";
      try {
        fields.add(
            new io.siskin.index.document.Schema.Field(
                field.getName(), type(path, field.getType())));
      } catch (InvalidInputException e) {
        throw e.place() == null ? e.at(path) : e;
      }
    }
    List<DenseFieldSpec> dense = DenseMapper.specs(message.getDenseFieldsList());
    try {
      return new io.siskin.index.document.Schema(
          fields, message.getTenantField().isEmpty() ? null : message.getTenantField(), dense);
    } catch (InvalidInputException e) {
      throw e.at("schema");
    }
  }

  private static io.siskin.index.document.FieldType type(String path, FieldType type) {
    return switch (type) {
      case FIELD_TYPE_STRING -> io.siskin.index.document.FieldType.STRING;
      case FIELD_TYPE_STRING_LIST -> io.siskin.index.document.FieldType.STRING_LIST;
      case FIELD_TYPE_INT64 -> io.siskin.index.document.FieldType.INT64;
      case FIELD_TYPE_DOUBLE -> io.siskin.index.document.FieldType.DOUBLE;
      case FIELD_TYPE_BOOL -> io.siskin.index.document.FieldType.BOOL;
      case FIELD_TYPE_TIMESTAMP -> io.siskin.index.document.FieldType.TIMESTAMP;
      case FIELD_TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidInputException(
                  "type", type, "STRING, STRING_LIST, INT64, DOUBLE, BOOL or TIMESTAMP")
              .at(path);
    };
  }

  private static io.siskin.server.collection.StorageOptions storage(StorageOptions message) {
    io.siskin.server.collection.StorageOptions defaults =
        io.siskin.server.collection.StorageOptions.DEFAULTS;
    BuildOptions.Structures structures = defaults.structures();
    long bits =
        message.hasWeightBits() ? Integer.toUnsignedLong(message.getWeightBits()) : WEIGHT_BITS;
    if (bits != WEIGHT_BITS && bits != WEIGHT_BITS_FINE) {
      throw new InvalidInputException(
          "storage.weight_bits", bits, WEIGHT_BITS + " or " + WEIGHT_BITS_FINE);
    }
    boolean reorder = !message.hasReorder() || message.getReorder();
    return new io.siskin.server.collection.StorageOptions(
        defaults.quantization(),
        new BuildOptions.Structures(
            structures.forward(),
            bits == WEIGHT_BITS_FINE,
            structures.blockMax(),
            structures.impacts(),
            message.getClusteredLists() ? ClusterOptions.DEFAULTS : null,
            !message.hasStoreFields() || message.getStoreFields()),
        reorder ? Reordering.GraphBisection.DEFAULTS : new Reordering.None());
  }

  private static io.siskin.server.collection.WriteOptions writes(WriteOptions message) {
    int refresh =
        message.hasRefreshInterval()
            ? millis(
                "writes.refresh_interval",
                message.getRefreshInterval(),
                REFRESH_MILLIS_MIN,
                REFRESH_MILLIS_MAX)
            : io.siskin.server.collection.WriteOptions.DEFAULTS.refreshIntervalMillis();
    return new io.siskin.server.collection.WriteOptions(sync(message), refresh);
  }

  private static io.siskin.server.collection.WriteOptions.Sync sync(WriteOptions message) {
    boolean atInterval = message.getSyncPolicy() == SyncPolicy.SYNC_POLICY_INTERVAL;
    if (message.hasSyncInterval() && !atInterval) {
      throw new InvalidInputException(
          "writes.sync_interval", "set", "not set, except with SYNC_POLICY_INTERVAL");
    }
    return switch (message.getSyncPolicy()) {
      case SYNC_POLICY_UNSPECIFIED, SYNC_POLICY_EVERY_BATCH ->
          new io.siskin.server.collection.WriteOptions.Sync.EveryBatch();
      case SYNC_POLICY_INTERVAL ->
          new io.siskin.server.collection.WriteOptions.Sync.Interval(
              message.hasSyncInterval()
                  ? millis("writes.sync_interval", message.getSyncInterval(), 1, SYNC_MILLIS_MAX)
                  : SYNC_MILLIS_DEFAULT);
      case SYNC_POLICY_NONE -> new io.siskin.server.collection.WriteOptions.Sync.None();
      case UNRECOGNIZED ->
          throw new InvalidInputException(
              "writes.sync_policy", message.getSyncPolicy(), "EVERY_BATCH, INTERVAL or NONE");
    };
  }

  private static int millis(String field, Duration duration, long min, long max) {
    long nanos = ProtoMapper.toNanos(field, duration);
    long millis = nanos / NANOS_PER_MILLI;
    if (millis < min || millis > max || nanos % NANOS_PER_MILLI != 0) {
      throw new InvalidInputException(
          field, nanos + " ns", min + " to " + max + " ms, in whole milliseconds");
    }
    return (int) millis;
  }

  /**
   * Says how a collection is kept.
   *
   * @param storage how
   * @param collection the message to be filled
   */
  static void describe(StorageDescription storage, Collection.Builder collection) {
    CollectionSettings settings = storage.settings();
    collection
        .setSchema(schema(settings))
        .setStorage(toProto(settings.storage()))
        .setWrites(toProto(settings.writes()))
        .setLastPosition(storage.lastPosition())
        .setDeletedDocumentCount(storage.deletedDocumentCount())
        .addAllAliases(storage.aliases())
        .setTextStatistics(textStatistics(settings, storage.lengths()));
    MemoryDescription memory = storage.memory();
    collection.setMemory(
        CollectionMemory.newBuilder()
            .setHeapBytes(memory.heapBytes())
            .setAnonymousBytes(memory.anonymousBytes())
            .setMappedBytes(memory.mappedBytes())
            .setResidentBytes(memory.residentBytes())
            .setLogBytes(memory.logBytes()));
  }

  private static TextStatistics textStatistics(
      CollectionSettings settings, LengthDescription lengths) {
    TextStatistics.Builder message =
        TextStatistics.newBuilder()
            .setScope(
                switch (settings.statistics()) {
                  case COLLECTION -> StatisticsScope.STATISTICS_SCOPE_COLLECTION;
                  case TENANT -> StatisticsScope.STATISTICS_SCOPE_TENANT;
                });
    Double pinned = lengths.pinned();
    if (pinned != null) {
      message.setPinnedAverageLength(pinned);
    }
    Double present = lengths.present();
    if (present != null) {
      message.setAverageLength(present);
    }
    return message.build();
  }

  private static Schema schema(CollectionSettings settings) {
    io.siskin.index.document.Schema schema = settings.schema();
    Schema.Builder message = Schema.newBuilder();
    for (io.siskin.index.document.Schema.Field field : schema.fields()) {
      message.addFields(
          SchemaField.newBuilder().setName(field.name()).setType(toProto(field.type())));
    }
    schema
        .dense()
        .forEach(
            field ->
                message.addDenseFields(
                    DenseMapper.toProto(field, settings.denseEncoders().get(field.name()))));
    String tenantField = schema.tenantField();
    return tenantField == null ? message.build() : message.setTenantField(tenantField).build();
  }

  private static FieldType toProto(io.siskin.index.document.FieldType type) {
    return switch (type) {
      case STRING -> FieldType.FIELD_TYPE_STRING;
      case STRING_LIST -> FieldType.FIELD_TYPE_STRING_LIST;
      case INT64 -> FieldType.FIELD_TYPE_INT64;
      case DOUBLE -> FieldType.FIELD_TYPE_DOUBLE;
      case BOOL -> FieldType.FIELD_TYPE_BOOL;
      case TIMESTAMP -> FieldType.FIELD_TYPE_TIMESTAMP;
    };
  }

  private static StorageOptions toProto(io.siskin.server.collection.StorageOptions storage) {
    BuildOptions.Structures structures = storage.structures();
    return StorageOptions.newBuilder()
        .setWeightBits(structures.residuals() ? WEIGHT_BITS_FINE : WEIGHT_BITS)
        .setStoreFields(structures.storeFields())
        .setReorder(!(storage.reordering() instanceof Reordering.None))
        .setClusteredLists(structures.clusters() != null)
        .build();
  }

  private static WriteOptions toProto(io.siskin.server.collection.WriteOptions writes) {
    WriteOptions.Builder message =
        WriteOptions.newBuilder().setRefreshInterval(duration(writes.refreshIntervalMillis()));
    switch (writes.sync()) {
      case io.siskin.server.collection.WriteOptions.Sync.EveryBatch() ->
          message.setSyncPolicy(SyncPolicy.SYNC_POLICY_EVERY_BATCH);
      case io.siskin.server.collection.WriteOptions.Sync.Interval(int millis) ->
          message.setSyncPolicy(SyncPolicy.SYNC_POLICY_INTERVAL).setSyncInterval(duration(millis));
      case io.siskin.server.collection.WriteOptions.Sync.None() ->
          message.setSyncPolicy(SyncPolicy.SYNC_POLICY_NONE);
    }
    return message.build();
  }

  private static Duration duration(int millis) {
    return Duration.newBuilder()
        .setSeconds(millis / MILLIS_PER_SECOND)
        .setNanos(millis % MILLIS_PER_SECOND * NANOS_PER_MILLI)
        .build();
  }

  /**
   * Translates a snapshot.
   *
   * @param snapshot the snapshot
   */
  public static Snapshot toProto(KeptSnapshot snapshot) {
    return Snapshot.newBuilder()
        .setName(snapshot.name())
        .setCollection(snapshot.collection())
        .setCreateTime(FieldMapper.timestamp(snapshot.created()))
        .setDocumentCount(snapshot.documentCount())
        .setLengthBytes(snapshot.lengthBytes())
        .build();
  }

  /**
   * Translates aliases.
   *
   * @param aliases the collections by their aliases, in the order of the answer
   */
  public static ListAliasesResponse toProto(Map<String, String> aliases) {
    ListAliasesResponse.Builder response = ListAliasesResponse.newBuilder();
    aliases.forEach(
        (alias, collection) ->
            response.addAliases(Alias.newBuilder().setAlias(alias).setCollection(collection)));
    return response.build();
  }
}
