package io.siskin.server.corpus;

import static io.siskin.server.corpus.InputFiles.ciff;
import static io.siskin.server.corpus.InputFiles.concat;
import static io.siskin.server.corpus.InputFiles.csr;
import static io.siskin.server.corpus.InputFiles.gzip;
import static io.siskin.server.corpus.InputFiles.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.InputFiles.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every row of the table of cases in {@code docs/input-formats.md}; a row without a case here
 * fails, and so the reverse.
 */
class InputDecisionsTest {
  private static final Path DOCUMENT = Path.of("../docs/input-formats.md");
  private static final InputOptions TERM_IDS = InputOptions.DEFAULT.withTermKeys(TermKeys.TERM_IDS);
  private static final InputOptions TOKENS = InputOptions.DEFAULT.withTermKeys(TermKeys.TOKENS);

  @TempDir Path directory;
  private int files;
  private final Map<String, Executable> cases = new LinkedHashMap<>();

  @TestFactory
  Stream<DynamicTest> everyCaseIsDecidedAsDocumented() {
    weights();
    vectors();
    ids();
    texts();
    lines();
    packings();
    binaries();
    return cases.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), entry.getValue()));
  }

  @Test
  void casesAreTheRowsOfTheDocument() throws IOException {
    everyCaseIsDecidedAsDocumented();
    String table = Files.readString(DOCUMENT).split("## Cases\n")[1];
    List<String> rows =
        table
            .lines()
            .filter(line -> line.startsWith("| "))
            .map(line -> line.split("\\|")[1].strip())
            .toList();
    assertThat(rows.subList(1, rows.size())).containsExactlyElementsOf(cases.keySet());
  }

  private void weights() {
    cases.put(
        "NaN weight",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':NaN}}").onlyBad())
              .contains(":1: ", "JSON has neither NaN nor Infinity")
              .doesNotContain("JsonReadFeature");
          assertThat(oneWeight(Float.NaN).onlyBad()).contains("#0: ", "weight of term '0'", "NaN");
        });
    cases.put(
        "infinite weight",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':1e39}}").onlyBad())
              .contains("weight of term 'a' is Infinity");
          assertThat(oneWeight(Float.POSITIVE_INFINITY).onlyBad())
              .contains("weight of term '0' is Infinity");
        });
    cases.put(
        "negative weight",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':-0.5}}").onlyBad())
              .contains("weight of term 'a' is -0.5");
          assertThat(oneWeight(-2).onlyBad()).contains("weight of term '0' is -2.0");
          byte[] ciff =
              ciff(new TreeMap<>(Map.of("a", new TreeMap<>(Map.of(0, -7)))), List.of("x"));
          assertThat(bytes(".ciff", ciff).onlyBad()).contains("#0: weight of term 'a' is -7.0");
        });
    cases.put(
        "weight above 1e30",
        () ->
            assertThat(lines("{'id':1,'vector':{'a':2e30}}").onlyBad())
                .contains("2.0E30", "from 0 to 1e30"));
    cases.put(
        "zero weight",
        () -> {
          assertThat(vector("{'a':0,'b':1,'c':0.0}")).isEqualTo(tokens("b", 1));
          assertThat(oneWeight(0).onlyDocument().vector()).isEqualTo(TermIdVector.EMPTY);
        });
    cases.put(
        "weight too small for single precision",
        () -> assertThat(vector("{'a':1e-60,'b':1}")).isEqualTo(tokens("b", 1)));
    cases.put(
        "weight as string",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':'0.5'}}").onlyBad())
              .contains("weight of term 'a' is a string, '0.5'");
          assertThat(lines("{'id':1,'vector':{'indices':[1],'values':['2']}}").onlyBad())
              .contains("values[0] is a string");
        });
    cases.put(
        "weight null, boolean, array or object",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':null}}").onlyBad())
              .contains("weight of term 'a' is null");
          assertThat(lines("{'id':1,'vector':{'a':true}}").onlyBad())
              .contains("weight of term 'a' is a boolean");
          assertThat(lines("{'id':1,'vector':{'a':[1]}}").onlyBad())
              .contains("weight of term 'a' is an array");
          assertThat(lines("{'id':1,'vector':{'a':{'b':1}}}").onlyBad())
              .contains("weight of term 'a' is an object");
        });
  }

  private void vectors() {
    cases.put(
        "term twice",
        () -> {
          assertThat(lines("{'id':1,'vector':{'a':1,'a':0}}").onlyBad()).contains("token is a;");
          assertThat(lines("{'id':1,'vector':{'7':1,'7':1}}").onlyBad()).contains("term id is 7;");
          byte[] csr = csr(1, 9, 2, new long[] {0, 2}, new int[] {4, 4}, new float[] {1, 2});
          assertThat(bytes(".csr", csr).onlyBad()).contains("#0: term id is 4;");
        });
    cases.put(
        "empty token",
        () -> assertThat(lines("{'id':1,'vector':{'':1}}").onlyBad()).contains("token is ;"));
    cases.put(
        "token too long",
        () -> {
          assertThat(vector("{'" + "a".repeat(4096) + "':1}").size()).isEqualTo(1);
          assertThat(lines("{'id':1,'vector':{'" + "a".repeat(4097) + "':1}}").onlyBad())
              .contains("token is aaa");
        });
    cases.put(
        "term id out of range",
        () -> {
          String tooLarge = "{'id':1,'vector':{'4294967296':1}}";
          assertThat(lines(TERM_IDS, tooLarge).onlyBad()).contains("vector key is '4294967296'");
          assertThat(lines("{'id':1,'vector':{'indices':[-1],'values':[1]}}").onlyBad())
              .contains("indices[0]", "-1");
          assertThat(vector("{'4294967295':1}")).isEqualTo(termIds(-1, 1));
          byte[] csr =
              csr(2, 9, 3, new long[] {0, 1, 3}, new int[] {4, 5, 9}, new float[] {1, 2, 3});
          Outcome outcome = bytes(".csr", csr);
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("0");
          assertThat(outcome.onlyBad()).contains("#1: indices[2] at byte 56 is 9; allowed: 0 to 8");
        });
    cases.put("empty vector", () -> assertThat(vector("{}").size()).isZero());
    cases.put(
        "indices and values",
        () -> {
          assertThat(vector("{'indices':[7,4294967295],'values':[1,2.5]}"))
              .isEqualTo(termIds(7, 1, -1, 2.5f));
          assertThat(vector("{'values':[1,2.5],'indices':[7,8]}"))
              .isEqualTo(termIds(7, 1, 8, 2.5f));
          assertThat(vector("{'indices':5,'values':2}"))
              .isEqualTo(tokens("indices", 5, "values", 2));
          assertThat(lines("{'id':1,'vector':{'indices':[1]}}").onlyBad())
              .contains("'indices' without 'values'");
          assertThat(lines("{'id':1,'vector':{'indices':[1],'values':[1],'x':1}}").onlyBad())
              .contains("'x' beside");
          assertThat(lines(TOKENS, "{'id':1,'vector':{'indices':[1],'values':[1]}}").onlyBad())
              .contains("tokens as keys");
        });
    cases.put(
        "indices and values of different length",
        () ->
            assertThat(lines("{'id':1,'vector':{'indices':[1,2],'values':[1]}}").onlyBad())
                .contains("values is 1 long"));
    cases.put(
        "first vector all digits",
        () -> assertThat(vector("{'2019':1,'0':2}")).isEqualTo(termIds(2019, 1, 0, 2)));
    cases.put(
        "first vector with a word",
        () -> {
          Outcome outcome = lines("{'id':1,'vector':{'a':1}}", "{'id':2,'vector':{'2019':3}}");
          assertThat(outcome.documents())
              .extracting(SourceDocument::vector)
              .containsExactly(tokens("a", 1), tokens("2019", 3));
        });
    cases.put(
        "key against the file's kind",
        () -> {
          Outcome outcome =
              lines(
                  "{'id':1,'vector':{}}",
                  "{'id':2,'vector':{'7':1}}",
                  "{'id':3,'vector':{'8':1,'a':1}}",
                  "{'id':4,'vector':{'07':1}}");
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("1", "2");
          assertThat(outcome.bad())
              .extracting(Throwable::getMessage)
              .satisfiesExactly(
                  message ->
                      assertThat(message).contains(":3: vector key is 'a'", "tokens as keys"),
                  message -> assertThat(message).contains(":4: vector key is '07'"));
        });
    cases.put(
        "kind of keys given",
        () -> {
          assertThat(lines(TOKENS, "{'id':1,'vector':{'7':1}}").onlyDocument().vector())
              .isEqualTo(tokens("7", 1));
          assertThat(lines(TERM_IDS, "{'id':1,'vector':{'a':1}}").onlyBad())
              .contains("vector key is 'a'");
          assertThat(lines(TERM_IDS, "{'id':1,'vector':{}}").onlyDocument().vector())
              .isEqualTo(TermIdVector.EMPTY);
        });
  }

  private void ids() {
    cases.put(
        "missing id",
        () -> assertThat(lines("{'text':'x'}").onlyBad()).contains(":1: id is missing"));
    cases.put(
        "id of another type",
        () -> {
          assertThat(lines("{'id':null,'text':'x'}").onlyBad()).contains("id is missing");
          for (String id : List.of("true", "1.5", "1e3", "[1]", "{'a':1}")) {
            assertThat(lines("{'id':" + id + ",'text':'x'}").onlyBad())
                .contains("id is ", "a string or an integer");
          }
        });
    cases.put(
        "integer id",
        () -> {
          String large = "123456789012345678901234567890";
          Outcome outcome = lines("{'id':-7,'text':'x'}", "{'id':" + large + ",'text':'x'}");
          assertThat(outcome.documents())
              .extracting(SourceDocument::id)
              .containsExactly("-7", large);
        });
    cases.put(
        "empty id",
        () -> {
          assertThat(lines("{'id':'','text':'x'}").onlyBad()).contains("id is ''");
          byte[] ciff = ciff(new TreeMap<>(), List.of("x", ""));
          assertThat(bytes(".ciff", ciff).onlyBad()).contains("#1: collection_docid is ''");
        });
    cases.put(
        "id too long",
        () -> {
          // 3 bytes each
          assertThat(lines("{'id':'" + "€".repeat(21_845) + "','text':'x'}").onlyDocument().id())
              .hasSize(21_845);
          assertThat(lines("{'id':'" + "€".repeat(21_845) + "a','text':'x'}").onlyBad())
              .contains("1 to 65535 bytes");
        });
    cases.put(
        "several id members",
        () -> {
          SourceDocument document =
              lines("{'docid':'d','id':5,'_id':'u','text':'x'}").onlyDocument();
          assertThat(document.id()).isEqualTo("u");
          assertThat(document.fields())
              .containsExactly(
                  Map.entry("docid", "d"), Map.entry("id", "5"), Map.entry("text", "x"));
        });
    cases.put(
        "duplicate ids",
        () ->
            assertThat(lines("{'id':1,'text':'x'}", "{'id':1,'text':'y'}").documents())
                .extracting(SourceDocument::id)
                .containsExactly("1", "1"));
  }

  private void texts() {
    cases.put(
        "empty text",
        () -> assertThat(lines("{'id':1,'text':''}").onlyDocument().text()).isEmpty());
    cases.put(
        "title without text",
        () -> {
          assertThat(lines("{'id':1,'title':' t '}").onlyDocument().text()).isEqualTo("t");
          assertThat(lines("{'id':1,'title':'t','text':'x '}").onlyDocument().text())
              .isEqualTo("t x");
          assertThat(lines("{'id':1,'title':'','text':'x'}").onlyDocument().text()).isEqualTo("x");
        });
    cases.put(
        "text not a string",
        () -> {
          assertThat(lines("{'id':1,'text':['x']}").onlyBad())
              .contains("text is [\"x\"]; allowed: a string");
          assertThat(lines("{'id':1,'title':5,'text':'x'}").onlyBad())
              .contains("title is 5; allowed: a string");
        });
    cases.put(
        "several text members",
        () -> {
          SourceDocument document =
              lines("{'id':1,'content':'c','contents':'b','text':'a'}").onlyDocument();
          assertThat(document.text()).isEqualTo("a");
          assertThat(document.fields())
              .containsExactly(
                  Map.entry("content", "c"), Map.entry("contents", "b"), Map.entry("text", "a"));
        });
    cases.put(
        "text and vector",
        () -> {
          SourceDocument document =
              lines("{'id':1,'contents':'a b','vector':{'a':3}}").onlyDocument();
          assertThat(document.vector()).isEqualTo(tokens("a", 3));
          assertThat(document.text()).isEqualTo("a b");
          assertThat(document.fields()).containsExactly(Map.entry("text", "a b"));
        });
    cases.put(
        "neither text nor vector",
        () ->
            assertThat(lines("{'id':1,'url':'x'}").onlyBad()).contains("without text and vector"));
    cases.put(
        "null member",
        () -> {
          SourceDocument document =
              lines("{'id':1,'title':null,'text':null,'content':'c','vector':null,'url':null}")
                  .onlyDocument();
          assertThat(document.text()).isEqualTo("c");
          assertThat(document.vector()).isNull();
          assertThat(document.fields())
              .containsExactly(Map.entry("text", "c"), Map.entry("url", "null"));
        });
    cases.put(
        "other members",
        () -> {
          String line =
              "{'url':'a\\/\\u00e9\\n"
                  + "','n':1.50,'big':1e400,'meta':{'a':[1.0,true,null,{'é':'\\\"'}],'b':{}},'id':1,'text':''}";
          assertThat(lines(line).onlyDocument().fields())
              .containsExactly(
                  Map.entry("url", "a/é\n"),
                  Map.entry("n", "1.50"),
                  Map.entry("big", "1e400"),
                  Map.entry("meta", "{\"a\":[1.0,true,null,{\"é\":\"\\\"\"}],\"b\":{}}"),
                  Map.entry("text", ""));
        });
    cases.put(
        "member twice",
        () -> {
          assertThat(lines("{'id':1,'text':'x','text':'y'}").onlyBad())
              .contains("member 'text' is given twice");
          assertThat(lines("{'id':1,'vector':{},'vector':{}}").onlyBad())
              .contains("member 'vector' is given twice");
          assertThat(lines("{'id':1,'text':'x','m':{'a':[{'b':1,'b':2}]}}").onlyBad())
              .contains("member 'b' of a stored object is given twice");
        });
  }

  private void lines() {
    cases.put(
        "not an object",
        () -> {
          assertThat(lines("[1]").onlyBad()).contains("record is an array", "jq -c '.[]' FILE");
          assertThat(lines("'x'").onlyBad()).contains("record is a string");
        });
    cases.put(
        "malformed JSON",
        () -> {
          assertThat(lines("{'id':1,'text':'x'}", "{'id':2,'text':x}").onlyBad())
              .contains(":2: ", "malformed JSON at byte 1", "near '")
              .doesNotContain("Unrecognized", "expecting");
          assertThat(lines("{id:1}").onlyBad()).contains("malformed");
          assertThat(lines("{'id':1,}").onlyBad()).contains("malformed");
          assertThat(lines("{'id':01,'text':'x'}").onlyBad()).contains("malformed");
          assertThat(lines("{'id':1,'text':'a\tb'}").onlyBad()).contains("malformed");
          assertThat(lines("{'id':1,'text':'x' /* c */}").onlyBad()).contains("malformed");
        });
    cases.put(
        "nested too deep",
        () -> {
          String deep = "[".repeat(998) + "]".repeat(998);
          assertThat(lines("{'id':1,'text':'x','m':" + deep + "}").onlyDocument().fields())
              .containsEntry("m", deep);
          String deeper = "[".repeat(1_001) + "]".repeat(1_001);
          assertThat(lines("{'id':1,'text':'x','m':" + deeper + "}").onlyBad())
              .contains("nested too deep; allowed: at most 1000 levels")
              .doesNotContain("malformed", "StreamReadConstraints");
          assertThat(lines("{'id':1,'text':'x','m':" + "7".repeat(1_001) + "}").onlyBad())
              .contains("too long; allowed: at most 1000 characters per number")
              .doesNotContain("malformed", "StreamReadConstraints");
        });
    cases.put(
        "JSON after the object",
        () -> {
          assertThat(lines("{'id':1,'text':'x'}{'id':2,'text':'y'}").onlyBad())
              .contains("followed by more");
          assertThat(lines("{'id':1,'text':'x'},").onlyBad()).contains("followed by more");
          for (String tail : List.of("5", "tru", "'open}", "}", "[", "\u00e9")) {
            assertThat(lines("{'id':1,'text':'x'} " + tail).onlyBad()).contains("followed by more");
          }
          assertThat(lines("{'id':1,'text':'x'} \t").onlyDocument().id()).isEqualTo("1");
        });
    cases.put(
        "object over two lines",
        () -> {
          Outcome outcome = lines("{'id':1,", "'text':'x'}", "{'id':2,'text':'y'}");
          assertThat(outcome.bad())
              .extracting(Throwable::getMessage)
              .satisfiesExactly(
                  first -> assertThat(first).contains(":1: record is cut off", "'jq -c . FILE'"),
                  second -> assertThat(second).contains(":2: "));
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("2");
        });
    cases.put(
        "blank line",
        () ->
            assertThat(lines("", " \t", "{'id':1,'text':'x'}").onlyDocument().place())
                .endsWith(".jsonl:3"));
    cases.put(
        "CRLF line ends",
        () -> {
          Outcome outcome = text("{'id':1,'text':'x'}\r\n\r\n{'id':2,'text':'y'}\r\n");
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("1", "2");
          assertThat(outcome.documents().get(1).place()).endsWith(":3");
        });
    cases.put(
        "last line without line end",
        () -> assertThat(text("{'id':1,'text':'x'}").onlyDocument().id()).isEqualTo("1"));
    cases.put(
        "byte order mark",
        () -> {
          assertThat(text("\uFEFF{'id':1,'text':'x'}").onlyDocument().id()).isEqualTo("1");
          assertThat(lines("{'id':1,'text':'x'}", "\uFEFF{'id':2,'text':'x'}").onlyBad())
              .contains(":2: ");
        });
    cases.put(
        "invalid UTF-8",
        () -> {
          byte[] line =
              json("{'id':1,'text':'xy'}\n{'id':2,'text':'ok'}\n").getBytes(StandardCharsets.UTF_8);
          line[16] = (byte) 0xC3;
          Outcome outcome = bytes(".jsonl", line);
          assertThat(outcome.onlyBad()).contains(":1: encoding is 0xC3 at byte 16 of the line");
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("2");
        });
    cases.put(
        "unpaired surrogate escape",
        () -> {
          assertThat(lines("{'id':1,'text':'\\ud83d\\ude00'}").onlyDocument().text())
              .isEqualTo("😀");
          for (String line :
              List.of(
                  "{'id':1,'text':'\\ud83d'}",
                  "{'id':'\\ude00','text':''}",
                  "{'id':1,'vector':{'\\ud83dx':1}}",
                  "{'id':1,'text':'','\\ud83d':1}",
                  "{'id':1,'text':'','m':['\\ude00\\ud83d']}")) {
            assertThat(lines(line).onlyBad()).contains("surrogate");
          }
        });
    cases.put(
        "line too long",
        () -> {
          String fits = "{'id':1,'text':'12345'}";
          InputOptions options = InputOptions.DEFAULT.withLineLengthMaxBytes(fits.length());
          Outcome outcome = lines(options, fits, fits.replace("5", "56"), fits.replace("1,", "3,"));
          assertThat(outcome.onlyBad()).contains(":2: line is longer", "23 bytes");
          assertThat(outcome.documents())
              .extracting(SourceDocument::place)
              .satisfiesExactly(
                  first -> assertThat(first).endsWith(":1"),
                  second -> assertThat(second).endsWith(":3"));
        });
    cases.put(
        "empty file",
        () -> {
          assertThat(text("")).isEqualTo(new Outcome(List.of(), List.of(), null));
          assertThat(bytes(".csr", new byte[0]).endMessage()).contains("shorter than a header");
          assertThat(bytes(".ciff", new byte[0]).endMessage()).contains("header at byte 0");
        });
    cases.put(
        "unknown format",
        () ->
            assertThat(bytes(".txt", "a\tb\n".getBytes(StandardCharsets.UTF_8)).endMessage())
                .contains("format is not recognised", ".jsonl", "nrow", "CIFF"));
  }

  private void packings() {
    byte[] two =
        json("{'id':1,'text':'x'}\n{'id':2,'text':'y'}\n").getBytes(StandardCharsets.UTF_8);
    byte[] noise = new byte[100_000];
    Random random = new Random(1);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) ('a' + random.nextInt(26)); // hardly packs, so that a cut cuts the noise
    }
    byte[] third =
        concat(
            json("{'id':3,'text':'").getBytes(StandardCharsets.UTF_8),
            noise,
            json("'}\n").getBytes(StandardCharsets.UTF_8));
    cases.put(
        "name contradicts packing",
        () -> {
          assertThat(bytes(".jsonl.gz", two).documents()).hasSize(2);
          assertThat(bytes(".jsonl", gzip(two)).documents()).hasSize(2);
          assertThat(bytes(".jsonl.gz", zstd(two)).documents()).hasSize(2);
        });
    cases.put(
        "several gzip members",
        () ->
            assertThat(bytes(".jsonl.gz", concat(gzip(two), gzip(third), gzip(two))).documents())
                .hasSize(5));
    cases.put(
        "truncated gzip",
        () -> {
          byte[] packed = concat(gzip(two), gzip(third));
          Outcome outcome = bytes(".jsonl.gz", Arrays.copyOf(packed, packed.length - 30_000));
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("1", "2");
          assertThat(outcome.endMessage())
              .contains(".jsonl.gz: gzip data is cut off", "at byte " + (packed.length - 30_000));
        });
    cases.put(
        "bytes after gzip",
        () -> {
          assertThat(bytes(".jsonl.gz", concat(gzip(two), new byte[1000])).documents()).hasSize(2);
          Outcome outcome =
              bytes(".jsonl.gz", concat(gzip(two), "tail".getBytes(StandardCharsets.UTF_8)));
          assertThat(outcome.documents()).hasSize(2);
          assertThat(outcome.endMessage()).contains("neither a gzip member nor zero padding");
          assertThat(bytes(".jsonl.gz", concat(gzip(two), new byte[9], gzip(two))).endMessage())
              .contains("zero padding and then");
        });
    cases.put(
        "truncated zstd",
        () -> {
          byte[] packed = concat(zstd(two), zstd(third));
          Outcome outcome = bytes(".jsonl.zst", Arrays.copyOf(packed, packed.length - 10_000));
          assertThat(outcome.documents()).extracting(SourceDocument::id).containsExactly("1", "2");
          assertThat(outcome.endMessage())
              .contains(
                  ".jsonl.zst: zstd data is damaged or cut off",
                  "byte " + (packed.length - 10_000));
        });
  }

  private void binaries() {
    byte[] good = csr(2, 9, 3, new long[] {0, 1, 3}, new int[] {4, 5, 8}, new float[] {1, 2, 3});
    cases.put(
        "csr of another length",
        () -> {
          assertThat(bytes(".csr", good).documents()).hasSize(2);
          assertThat(bytes(".csr", Arrays.copyOf(good, good.length - 1)).endMessage())
              .contains("file length is 71", "72 bytes");
          assertThat(bytes(".csr", concat(good, new byte[1])).endMessage())
              .contains("file length is 73", "72 bytes");
          assertThat(bytes(".csr.gz", gzip(Arrays.copyOf(good, good.length - 1))).endMessage())
              .contains("cut off in row 1");
          assertThat(bytes(".csr.gz", gzip(concat(good, new byte[1]))).endMessage())
              .contains("longer than its header says");
        });
    cases.put(
        "csr offsets not ascending",
        () -> {
          byte[] descending =
              csr(2, 9, 3, new long[] {0, 2, 1}, new int[] {4, 5, 8}, new float[] {1, 2, 3});
          Outcome outcome = bytes(".csr", descending);
          assertThat(outcome.documents()).hasSize(1);
          assertThat(outcome.endMessage()).contains("indptr[2] at byte 40 is 1; allowed: 2 to 3");
          byte[] late = csr(1, 9, 1, new long[] {1, 1}, new int[] {4}, new float[] {1});
          assertThat(bytes(".csr", late).endMessage()).contains("indptr[0] at byte 24 is 1");
          byte[] early =
              csr(2, 9, 3, new long[] {0, 1, 2}, new int[] {4, 5, 8}, new float[] {1, 2, 3});
          assertThat(bytes(".csr", early).endMessage())
              .contains("indptr[2] at byte 40 is 2; allowed: nnz: 3");
          byte[] beyond =
              csr(1, 9, 1, new long[] {0, Long.MAX_VALUE}, new int[] {4}, new float[] {1});
          assertThat(bytes(".csr", beyond).endMessage()).contains("indptr[1] at byte 32");
        });
    cases.put(
        "csr header out of range",
        () -> {
          assertThat(
                  bytes(".csr", csr(-1, 9, 0, new long[0], new int[0], new float[0])).endMessage())
              .contains("nrow at byte 0 is -1");
          assertThat(
                  bytes(".csr", csr(0, 1L << 33, 0, new long[1], new int[0], new float[0]))
                      .endMessage())
              .contains("ncol at byte 8");
          assertThat(
                  bytes(".csr", csr(0, 9, 1L << 50, new long[1], new int[0], new float[0]))
                      .endMessage())
              .contains("nnz at byte 16");
        });
    ciffs();
  }

  private void ciffs() {
    byte[] header = message(1, 1, 2, 1, 3, 2);
    byte[] list = concat(bytes(0x0A, 1, 'a'), bytes(0x10, 1), bytes(0x22, 4, 0x08, 1, 0x10, 5));
    byte[] x = concat(bytes(0x12, 1, 'x'));
    byte[] y = concat(bytes(0x08, 1), bytes(0x12, 1, 'y'));
    byte[] good = concat(header, delimited(list), delimited(x), delimited(y));
    cases.put(
        "CIFF cut off",
        () -> {
          assertThat(bytes(".ciff", good).documents())
              .extracting(SourceDocument::id)
              .containsExactly("x", "y");
          for (int length = 0; length < good.length; length++) {
            Outcome outcome = bytes(".ciff", Arrays.copyOf(good, length));
            assertThat(outcome.documents()).isEmpty();
            assertThat(outcome.endMessage())
                .containsPattern(
                    "(header|postings list 1 of 1|document record [12] of 2) at byte \\d+ is"
                        + " damaged or cut off");
          }
        });
    cases.put(
        "CIFF bytes behind the last record",
        () ->
            assertThat(bytes(".ciff", concat(good, new byte[1])).endMessage())
                .contains("longer than its header says"));
    cases.put(
        "CIFF df unlike the number of postings",
        () -> {
          byte[] wrong = list.clone();
          wrong[4] = 2;
          assertThat(
                  bytes(".ciff", concat(header, delimited(wrong), delimited(x), delimited(y)))
                      .endMessage())
              .contains(
                  "postings list 1 of 1 ('a'): number of postings is 1; allowed: as df says: 2");
        });
    cases.put(
        "CIFF posting of an unknown document",
        () -> {
          byte[] wrong = list.clone();
          wrong[8] = 2;
          assertThat(
                  bytes(".ciff", concat(header, delimited(wrong), delimited(x), delimited(y)))
                      .endMessage())
              .contains("docid is 2", "below 2");
          // Announced as a part of three documents, two of which are there, and the posting is the
          // third's.
          byte[] partial = message(1, 1, 2, 1, 3, 2, 5, 3);
          assertThat(
                  bytes(".ciff", concat(partial, delimited(wrong), delimited(x), delimited(y)))
                      .endMessage())
              .contains("docid of a posting is 2");
          byte[] z = concat(bytes(0x08, 2), bytes(0x12, 1, 'z'));
          assertThat(
                  bytes(".ciff", concat(partial, delimited(wrong), delimited(x), delimited(z)))
                      .documents())
              .extracting(SourceDocument::id)
              .containsExactly("x", "z");
        });
    cases.put(
        "CIFF docid with two records",
        () ->
            assertThat(
                    bytes(".ciff", concat(header, delimited(list), delimited(y), delimited(y)))
                        .endMessage())
                .contains("docid of a document record is 1"));
    cases.put(
        "CIFF document without postings",
        () -> {
          List<SourceDocument> documents = bytes(".ciff", good).documents();
          assertThat(documents.get(0).vector()).isEqualTo(TokenVector.EMPTY);
          assertThat(documents.get(1).vector()).isEqualTo(tokens("a", 5));
        });
  }

  /**
   * A message of small varint fields, given as field number and value, with its length before it.
   */
  private static byte[] message(int... fieldsAndValues) {
    byte[] body = new byte[fieldsAndValues.length];
    for (int i = 0; i < body.length; i += 2) {
      body[i] = (byte) (fieldsAndValues[i] << 3);
      body[i + 1] = (byte) fieldsAndValues[i + 1];
    }
    return delimited(body);
  }

  private static byte[] delimited(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(body.length);
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** JSON with single quotes, which no case needs for themselves. */
  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private Outcome lines(String... lines) throws IOException {
    return lines(InputOptions.DEFAULT, lines);
  }

  private Outcome lines(InputOptions options, String... lines) throws IOException {
    Path file = directory.resolve(files++ + ".jsonl");
    return InputFiles.read(
        InputFiles.write(file, json(String.join("\n", lines) + "\n")), InputFormat.AUTO, options);
  }

  private Outcome text(String text) throws IOException {
    return InputFiles.read(InputFiles.write(directory.resolve(files++ + ".jsonl"), json(text)));
  }

  private Outcome bytes(String ending, byte[] bytes) throws IOException {
    return InputFiles.read(InputFiles.write(directory.resolve(files++ + ending), bytes));
  }

  private SparseVector vector(String vector) throws IOException {
    return lines("{'id':1,'vector':" + vector + "}").onlyDocument().vector();
  }

  private Outcome oneWeight(float weight) throws IOException {
    return bytes(".csr", csr(1, 1, 1, new long[] {0, 1}, new int[] {0}, new float[] {weight}));
  }

  private static TokenVector tokens(Object... tokensAndWeights) {
    String[] tokens = new String[tokensAndWeights.length / 2];
    float[] weights = new float[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (String) tokensAndWeights[2 * i];
      weights[i] = ((Number) tokensAndWeights[2 * i + 1]).floatValue();
    }
    return TokenVector.of(tokens, weights);
  }

  private static TermIdVector termIds(Number... idsAndWeights) {
    int[] ids = new int[idsAndWeights.length / 2];
    float[] weights = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idsAndWeights[2 * i].intValue();
      weights[i] = idsAndWeights[2 * i + 1].floatValue();
    }
    return TermIdVector.of(ids, weights);
  }
}
