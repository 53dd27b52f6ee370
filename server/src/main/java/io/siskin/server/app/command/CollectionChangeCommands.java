package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.CollectionsClient;
import io.siskin.client.DenseField;
import io.siskin.client.FieldType;
import io.siskin.client.NewCollection;
import io.siskin.client.SearchClient;
import io.siskin.client.StatisticsScope;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.flags.DenseFlags;
import io.siskin.server.app.flags.EncoderFlags;
import io.siskin.server.app.flags.FieldFlags;
import io.siskin.server.app.flags.TargetFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands of {@code siskin collections} that change collections. */
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class CollectionChangeCommands {
  // Compaction takes minutes for millions of documents.
  private static final Duration PATIENCE = Duration.ofHours(1);

  private CollectionChangeCommands() {}

  /** A command that asks a server for one change and prints what became of it. */
  abstract static class Change implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private TargetFlags target = new TargetFlags();

    @Override
    public Integer call() throws IOException {
      try (SearchClient client = target.connect()) {
        spec.commandLine().getOut().println(PrintableText.of(apply(client.collectionsClient())));
        return ExitStatus.OK;
      }
    }

    /**
     * Returns a client for a change that takes as long as its collection is large.
     *
     * @param collections asks the server
     */
    final CollectionsClient patient(CollectionsClient collections) {
      return collections.withDeadline(target.timeoutOr(PATIENCE));
    }

    /**
     * Asks for the change.
     *
     * @param collections asks the server
     * @return what became of it, for the user
     */
    abstract String apply(CollectionsClient collections) throws IOException;
  }

  /** Makes a collection. */
  @Command(
      name = "create",
      description = {
        "Makes an empty collection on a running server.",
        "Without an encoder, documents and queries come as vectors. A model must be in the server's"
            + " data directory already."
      })
  static final class Create extends Change {
    @Parameters(paramLabel = "NAME", description = "The name of the collection.")
    private String name;

    @Mixin private FieldFlags fields = new FieldFlags();
    @Mixin private EncoderFlags encoder = new EncoderFlags();
    @Mixin private DenseFlags dense = new DenseFlags();

    @Option(
        names = "--weight-bits",
        paramLabel = "N",
        defaultValue = "8",
        description =
            "Bits of a stored weight, 8 or 16: with 16, scores are finer and files larger by a byte"
                + " per posting. Default: ${DEFAULT-VALUE}.")
    private int weightBits;

    @Option(
        names = "--clustered",
        description = "Builds clustered posting lists, for the mode clustered.")
    private boolean clustered;

    @Option(names = "--no-fields", description = "Does not keep texts and undeclared fields.")
    private boolean noFields;

    @Option(
        names = "--default-recall-target",
        paramLabel = "R",
        description =
            "The recall target of searches that name neither mode nor target, above 0, at most 1."
                + " Default: 1, which is exact.")
    private @Nullable Float recallTarget;

    @Override
    String apply(CollectionsClient collections) throws IOException {
      return "made collection " + collections.create(wanted()).name();
    }

    private NewCollection wanted() throws IOException {
      NewCollection wanted =
          NewCollection.of(name)
              .withStorage(new NewCollection.Storage(weightBits, !noFields, true, clustered))
              .withStatistics(StatisticsScope.valueOf(fields.statistics().name()));
      Schema schema = fields.schema();
      for (Schema.Field field : schema.fields()) {
        wanted = wanted.withField(field.name(), FieldType.valueOf(field.type().name()));
      }
      Map<String, DenseEncoderSpec> encoders = dense.encoders(schema);
      for (DenseFieldSpec field : schema.dense()) {
        DenseField declared =
            DenseField.of(field.name(), field.type().dimensions())
                .withStorage(DenseField.Storage.valueOf(field.type().storage().name()))
                .withSimilarity(DenseField.Similarity.valueOf(field.type().similarity().name()))
                .withVectorsMax(field.vectorsMax());
        DenseEncoderSpec by = encoders.get(field.name());
        wanted = wanted.withDenseField(by == null ? declared : declared.withEncoder(encoder(by)));
      }
      if (schema.tenantField() != null) {
        wanted = wanted.withTenantField(schema.tenantField());
      }
      EncoderSpec encoderSpec = encoder.spec();
      if (!encoder.files().isEmpty()) {
        throw new InvalidInputException(
            "encoder",
            "with the file " + encoder.files().keySet().iterator().next(),
            "an encoder without files; build a collection with one by siskin index");
      }
      if (encoderSpec != null) {
        wanted = wanted.withEncoderParametersJson(EncoderSpecJson.write(encoderSpec));
      }
      return recallTarget == null ? wanted : wanted.withDefaultRecallTarget(recallTarget);
    }

    private static DenseField.Encoder encoder(DenseEncoderSpec spec) {
      return new DenseField.Encoder(
          model(spec.documents()), model(spec.queries()), spec.modelDimensions());
    }

    private static DenseField.@Nullable Model model(DenseEncoderSpec.@Nullable Model model) {
      return model == null
          ? null
          : new DenseField.Model(model.ref().name(), model.ref().fingerprint(), model.prefix());
    }
  }

  /** Removes a collection. */
  @Command(
      name = "drop",
      description =
          "Removes a collection with its documents and snapshots. An alias that names it must be"
              + " removed before.")
  static final class Drop extends Change {
    @Parameters(paramLabel = "NAME", description = "The collection, not an alias.")
    private String name;

    @Override
    String apply(CollectionsClient collections) {
      collections.drop(name);
      return "removed collection " + name;
    }
  }

  /** Sets an alias. */
  @Command(
      name = "alias",
      description =
          "Lets an alias name a collection: each request for the alias goes there from then on.")
  static final class Alias extends Change {
    @Parameters(index = "0", paramLabel = "ALIAS", description = "The alias.")
    private String alias;

    @Parameters(index = "1", paramLabel = "NAME", description = "The collection.")
    private String name;

    @Override
    String apply(CollectionsClient collections) {
      String before = collections.setAlias(alias, name);
      return alias + " names " + name + (before == null ? "" : ", and not " + before);
    }
  }

  /** Removes an alias. */
  @Command(name = "unalias", description = "Removes an alias. The collection stays.")
  static final class Unalias extends Change {
    @Parameters(paramLabel = "ALIAS", description = "The alias.")
    private String alias;

    @Override
    String apply(CollectionsClient collections) {
      collections.deleteAlias(alias);
      return "removed alias " + alias;
    }
  }

  /** Flushes a collection. */
  @Command(
      name = "flush",
      description =
          "Makes all writes of a collection visible, and moves them from memory into a segment."
              + " Waits for that up to an hour, or as --timeout-millis says.")
  static final class Flush extends Change {
    @Parameters(paramLabel = "NAME", description = "The collection, or an alias.")
    private String name;

    @Override
    String apply(CollectionsClient collections) {
      patient(collections).flush(name);
      return "flushed " + name;
    }
  }

  /** Compacts a collection. */
  @Command(
      name = "compact",
      description =
          "Rewrites a collection into one segment without deleted documents, and waits for that up"
              + " to an hour, or as --timeout-millis says. The collection can be searched and"
              + " written meanwhile; what is written meanwhile is not waited for.")
  static final class Compact extends Change {
    @Parameters(paramLabel = "NAME", description = "The collection, or an alias.")
    private String name;

    @Override
    String apply(CollectionsClient collections) {
      CollectionInfo info = patient(collections).compact(name);
      return "compacted "
          + info.name()
          + ": "
          + Units.count(info.documentCount(), "document")
          + ", "
          + Units.bytes(info.lengthBytes());
    }
  }
}
