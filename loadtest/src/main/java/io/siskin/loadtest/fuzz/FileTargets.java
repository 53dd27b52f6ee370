package io.siskin.loadtest.fuzz;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.CodedOutputStream;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.Role;
import io.siskin.server.collection.Aliases;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.config.ConfigSources;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.onnx.graph.ExternalData;
import io.siskin.server.encode.spec.VectorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files of documents, of settings, and those of a data directory that are no segments. */
final class FileTargets {
  private static final int WEIGHT = 5;
  private static final String OWNER_ONLY = "rw-------";

  private final Path folder;

  /**
   * Makes targets.
   *
   * @param folder an existing folder, for the inputs
   */
  FileTargets(Path folder) {
    this.folder = folder;
  }

  /** Reads a file. */
  private interface FileReader {
    Object read(Path file) throws IOException;
  }

  /** Writes a message of protobuf. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  /** Returns all targets. */
  List<FuzzTarget> all() throws IOException {
    List<FuzzTarget> all = new ArrayList<>();
    addCorpora(all);
    addStored(all);
    all.add(
        file(
            "configuration",
            "siskin.yaml",
            file -> ConfigSources.resolve(ServerConfig.TREE, file, Map.of(), Map.of()),
            utf8(
                """
                grpc:
                  port: 7700
                  keep_alive:
                    interval_millis: 60000
                search:
                  threads: 2
                security:
                  tls:
                    certificate: "server.pem"
                    private_key: server-key.pem
                """)));
    all.add(
        file(
            "external data of ONNX",
            "model.onnx",
            ExternalData::of,
            new byte[] {8, 8, 58, 6, 42, 4, 8, 1, 16, 1}));
    return all;
  }

  private void addCorpora(List<FuzzTarget> all) throws IOException {
    byte[] lines =
        utf8(
            """
            {"id": "d1", "text": "the moth", "title": "a", "year": 1990}
            {"id": "d2", "vector": {"moth": 1.5, "lamp": 0.25}}
            """);
    all.add(corpus("JSON lines", InputFormat.JSONL, "docs.jsonl", lines));
    all.add(
        corpus("JSON lines in gzip", InputFormat.JSONL, "docs.jsonl.gz", FuzzTargets.gzip(lines)));
    all.add(
        corpus("JSON lines in zstd", InputFormat.JSONL, "docs.jsonl.zst", Zstd.compress(lines)));
    all.add(corpus("CSR", InputFormat.CSR, "docs.csr", csr()));
    all.add(corpus("CSR in gzip", InputFormat.CSR, "docs.csr.gz", FuzzTargets.gzip(csr())));
    all.add(corpus("CIFF", InputFormat.CIFF, "docs.ciff", ciff()));
    all.add(corpus("CIFF in zstd", InputFormat.CIFF, "docs.ciff.zst", Zstd.compress(ciff())));
  }

  private void addStored(List<FuzzTarget> all) throws IOException {
    Path collection = Files.createDirectory(folder.resolve("books"));
    CollectionManifest.of(
            "books",
            3,
            new VectorSpec(),
            List.of(
                new CollectionManifest.SegmentEntry("00112233445566778899aabbccddeeff", 7, 4_096)))
        .write(collection);
    byte[] manifest = Files.readAllBytes(collection.resolve(CollectionManifest.FILE_NAME));
    all.add(
        file(
            "collection.json",
            "books/" + CollectionManifest.FILE_NAME,
            _ -> CollectionManifest.read(collection).encoderSpec(collection),
            manifest,
            withoutChecksum(manifest)));
    new Aliases(new TreeMap<>(Map.of("a", "books"))).write(folder);
    byte[] aliases = Files.readAllBytes(folder.resolve(Aliases.FILE_NAME));
    all.add(
        file(
            "aliases.json",
            Aliases.FILE_NAME,
            _ -> Aliases.read(folder),
            aliases,
            withoutChecksum(aliases)));
    Pipelines.NONE.with("p", "EGQ=").write(folder);
    byte[] pipelines = Files.readAllBytes(folder.resolve(Pipelines.FILE_NAME));
    all.add(
        file(
            "pipelines",
            Pipelines.FILE_NAME,
            _ -> Pipelines.read(folder),
            pipelines,
            withoutChecksum(pipelines)));
    Path keys = folder.resolve(KeyFile.NAME);
    KeyFile.change(keys, _ -> keys());
    all.add(file("keys", KeyFile.NAME, KeyFile::read, Files.readAllBytes(keys)));
  }

  /** The checksum finds nearly all changes, so that what is behind it would hardly be tried. */
  private static byte[] withoutChecksum(byte[] json) {
    return utf8(
        new String(json, StandardCharsets.UTF_8)
            .replaceFirst(",\\s*\"checksum\"\\s*:\\s*\"[0-9a-f]*\"", ""));
  }

  private static Map<String, ApiKey> keys() {
    Instant created = Instant.parse("2026-01-31T00:00:00Z");
    return Map.of(
        "abcdefghij",
        new ApiKey(
            "abcdefghij",
            "0123456789abcdef".repeat(4),
            "the shop",
            List.of(new Grant(Role.READ, List.of("books", "birds-*"))),
            created,
            created.plusSeconds(3_600)));
  }

  private FuzzTarget corpus(String name, InputFormat format, String file, byte[] valid)
      throws IOException {
    return file(
        name,
        file,
        path -> {
          try (DocumentSource source = DocumentSources.open(path, format, BadRecordPolicy.REFUSE)) {
            int count = 0;
            while (source.next() != null) {
              count++;
            }
            return count;
          }
        },
        valid);
  }

  private FuzzTarget file(String name, String fileName, FileReader reader, byte[]... valid)
      throws IOException {
    Path file = folder.resolve(fileName);
    Files.write(file, valid[0]);
    // A file of keys that others may write is refused.
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(OWNER_ONLY));
    return new FuzzTarget(
        name,
        WEIGHT,
        List.of(valid),
        input -> {
          Files.write(file, input);
          var _ = reader.read(file);
        });
  }

  /** Two documents with three entries of five columns. */
  private static byte[] csr() {
    ByteBuffer file = ByteBuffer.allocate(3 * 8 + 3 * 8 + 3 * 8).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(2).putLong(5).putLong(3);
    file.putLong(0).putLong(2).putLong(3);
    file.putInt(0).putInt(4).putInt(2);
    file.putFloat(1.5f).putFloat(0.5f).putFloat(2);
    return file.array();
  }

  /** Two documents of a collection of many, with two terms. */
  private static byte[] ciff() throws IOException {
    return bytes(
        out -> {
          writeMessage(
              out,
              header -> {
                header.writeInt32(1, 1);
                header.writeInt32(2, 2);
                header.writeInt32(3, 2);
                header.writeInt32(4, 2);
                header.writeInt32(5, Integer.MAX_VALUE);
                header.writeInt64(6, 9);
                header.writeDouble(7, 4.5);
                header.writeString(8, "two of many");
              });
          writeList(out, "moth", 0, 2);
          writeList(out, "lamp", 2);
          for (int docid = 0; docid <= 2; docid += 2) {
            int number = docid;
            writeMessage(
                out,
                document -> {
                  document.writeInt32(1, number);
                  document.writeString(2, "d" + number);
                  document.writeInt32(3, 5);
                });
          }
        });
  }

  private static void writeList(CodedOutputStream out, String term, int... gaps)
      throws IOException {
    writeMessage(
        out,
        list -> {
          list.writeString(1, term);
          list.writeInt64(2, gaps.length);
          list.writeInt64(3, 7L * gaps.length);
          for (int gap : gaps) {
            list.writeByteArray(
                4,
                bytes(
                    posting -> {
                      posting.writeInt32(1, gap);
                      posting.writeInt32(2, 7);
                    }));
          }
        });
  }

  private static void writeMessage(CodedOutputStream out, Fields fields) throws IOException {
    byte[] content = bytes(fields);
    out.writeUInt32NoTag(content.length);
    out.writeRawBytes(content);
  }

  private static byte[] bytes(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
