package io.siskin.client.internal;

import com.google.protobuf.Timestamp;
import io.siskin.client.CollectionInfo;
import io.siskin.client.FieldType;
import io.siskin.client.NewCollection;
import io.siskin.client.SnapshotInfo;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.Snapshot;
import io.siskin.proto.v1.StatisticsScope;
import io.siskin.proto.v1.StorageOptions;
import io.siskin.proto.v1.SyncPolicy;
import io.siskin.proto.v1.TextStatistics;
import io.siskin.proto.v1.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The translation of what is chosen for collections, and of snapshots. */
final class CollectionMapper {
  private CollectionMapper() {}

  /** Translates what a new collection shall be. */
  static CreateCollectionRequest toProto(NewCollection collection) {
    CreateCollectionRequest.Builder message =
        CreateCollectionRequest.newBuilder()
            .setName(collection.name())
            .setEncoderParametersJson(collection.encoderParametersJson())
            .setStorage(
                StorageOptions.newBuilder()
                    .setWeightBits(collection.storage().weightBits())
                    .setStoreFields(collection.storage().storeFields())
                    .setReorder(collection.storage().reorder())
                    .setClusteredLists(collection.storage().clusteredLists()))
            .setWrites(toProto(collection.writes()))
            .setStatistics(
                switch (collection.statistics()) {
                  case COLLECTION -> StatisticsScope.STATISTICS_SCOPE_COLLECTION;
                  case TENANT -> StatisticsScope.STATISTICS_SCOPE_TENANT;
                });
    collection
        .fields()
        .forEach(
            (name, type) ->
                message
                    .getSchemaBuilder()
                    .addFields(SchemaField.newBuilder().setName(name).setType(toProto(type))));
    collection
        .denseFields()
        .forEach(field -> message.getSchemaBuilder().addDenseFields(DenseMapper.toProto(field)));
    String tenantField = collection.tenantField();
    if (tenantField != null) {
      message.getSchemaBuilder().setTenantField(tenantField);
    }
    Float target = collection.defaultRecallTarget();
    if (target != null) {
      message.setDefaultRecallTarget(target);
    }
    return message.build();
  }

  private static io.siskin.proto.v1.FieldType toProto(FieldType type) {
    return switch (type) {
      case STRING -> io.siskin.proto.v1.FieldType.FIELD_TYPE_STRING;
      case STRING_LIST -> io.siskin.proto.v1.FieldType.FIELD_TYPE_STRING_LIST;
      case INT64 -> io.siskin.proto.v1.FieldType.FIELD_TYPE_INT64;
      case DOUBLE -> io.siskin.proto.v1.FieldType.FIELD_TYPE_DOUBLE;
      case BOOL -> io.siskin.proto.v1.FieldType.FIELD_TYPE_BOOL;
      case TIMESTAMP -> io.siskin.proto.v1.FieldType.FIELD_TYPE_TIMESTAMP;
    };
  }

  /** Translates by what texts are weighed. */
  static CollectionInfo.TextStatistics toInfo(TextStatistics statistics) {
    return new CollectionInfo.TextStatistics(
        statistics.getScope() == StatisticsScope.STATISTICS_SCOPE_TENANT
            ? io.siskin.client.StatisticsScope.TENANT
            : io.siskin.client.StatisticsScope.COLLECTION,
        statistics.hasPinnedAverageLength() ? statistics.getPinnedAverageLength() : null,
        statistics.hasAverageLength() ? statistics.getAverageLength() : null);
  }

  /** Translates the type of a field; null for one that this client is too old to know. */
  static @Nullable FieldType toType(io.siskin.proto.v1.FieldType type) {
    return switch (type) {
      case FIELD_TYPE_STRING -> FieldType.STRING;
      case FIELD_TYPE_STRING_LIST -> FieldType.STRING_LIST;
      case FIELD_TYPE_INT64 -> FieldType.INT64;
      case FIELD_TYPE_DOUBLE -> FieldType.DOUBLE;
      case FIELD_TYPE_BOOL -> FieldType.BOOL;
      case FIELD_TYPE_TIMESTAMP -> FieldType.TIMESTAMP;
      case FIELD_TYPE_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static WriteOptions toProto(NewCollection.Writes writes) {
    WriteOptions.Builder message =
        WriteOptions.newBuilder()
            .setSyncPolicy(
                switch (writes.sync()) {
                  case EVERY_BATCH -> SyncPolicy.SYNC_POLICY_EVERY_BATCH;
                  case INTERVAL -> SyncPolicy.SYNC_POLICY_INTERVAL;
                  case NONE -> SyncPolicy.SYNC_POLICY_NONE;
                });
    Duration syncInterval = writes.syncInterval();
    if (syncInterval != null) {
      message.setSyncInterval(toProto(syncInterval));
    }
    Duration refreshInterval = writes.refreshInterval();
    if (refreshInterval != null) {
      message.setRefreshInterval(toProto(refreshInterval));
    }
    return message.build();
  }

  private static com.google.protobuf.Duration toProto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** Translates a snapshot. */
  static SnapshotInfo toInfo(Snapshot snapshot) {
    Timestamp created = snapshot.getCreateTime();
    return new SnapshotInfo(
        snapshot.getName(),
        snapshot.getCollection(),
        Instant.ofEpochSecond(created.getSeconds(), created.getNanos()),
        snapshot.getDocumentCount(),
        snapshot.getLengthBytes());
  }
}
