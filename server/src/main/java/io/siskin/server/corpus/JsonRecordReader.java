package io.siskin.server.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of JSON Lines one after the other; not thread-safe, see {@link JsonDocumentParser}.
 *
 * <p>One non-blocking parser is fed line after line, instead of one parser for each line. So the
 * line's end is known exactly and nothing is copied. The parser's symbol table outlives the line: a
 * token seen before is found by its bytes instead of being decoded again. After an error the parser
 * stands in the middle of a record and is replaced.
 */
final class JsonRecordReader {
  private static final List<String> ID_NAMES = List.of("_id", "id", "docid");
  private static final List<String> TEXT_NAMES = List.of("text", "contents", "content");
  private static final String TITLE = "title";
  private static final String TEXT = "text";
  private static final String VECTOR = "vector";
  private static final String ONE_OBJECT = "one JSON object per line";
  private static final String JOIN_LINES =
      ONE_OBJECT + "; 'jq -c . FILE' writes objects of several lines so";
  private static final String SPLIT_ARRAY =
      ONE_OBJECT + "; \"jq -c '.[]' FILE\" writes the elements of an array so";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Tokens are shared through the symbol table; the table of the whole JVM would only grow.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          // Hash collisions are likely, not hostile, in a vocabulary of a million tokens.
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          // The parser of stored fields hands every member on to a generator, which finds
          // duplicates.
          .enable(StreamWriteFeature.STRICT_DUPLICATE_DETECTION)
          // The line limit already bounds strings and names.
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNestingDepth(JsonFaults.DEPTH_MAX)
                  .maxNumberLength(JsonFaults.NUMBER_LENGTH_MAX)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(JsonFaults.DEPTH_MAX).build())
          .build();

  /** What JSON says a member's value is, as far as anything here depends on it. */
  private enum Kind {
    STRING,
    INTEGER,
    NULL,
    OTHER
  }

  /** A member other than the vector: a string as it is, anything else as its JSON text. */
  private record Member(String name, Kind kind, String value) {}

  private final JsonVectorReader vectors;
  private final List<Member> members = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private @Nullable JsonParser parser;

  /**
   * Bytes fed to the current parser before the current line: error positions are counted from
   * there.
   */
  private long fedBytes;

  JsonRecordReader(TermKeys termKeys) {
    this.vectors = new JsonVectorReader(termKeys);
  }

  /**
   * Reads a record.
   *
   * @throws InvalidInputException without a place
   */
  SourceDocument read(byte[] bytes, int start, int end, String place) {
    JsonParser json = parser == null ? newParser() : parser;
    boolean atEnd = false;
    try {
      ((ByteArrayFeeder) json.getNonBlockingInputFeeder()).feedInput(bytes, start, end);
      // Well-formed UTF-8 has no surrogates: only an escape can bring in an unpaired one.
      boolean escapes = Utf8.contains(bytes, start, end, (byte) '\\');
      SourceDocument document = readRecord(json, escapes, place);
      expectEnd(json, bytes, start, end);
      atEnd = true;
      return document;
    } catch (InvalidInputException e) {
      atEnd = readOn(json, bytes, start, end);
      throw e;
    } catch (JsonProcessingException e) {
      throw malformed(e, json.currentLocation().getByteOffset() - fedBytes, bytes, start, end);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail", e);
    } finally {
      fedBytes += end - start;
      if (!atEnd) {
        parser = null;
      }
    }
  }

  /**
   * Reads a bad record to its end, so that the parser can be kept, and with it the tokens it knows.
   * False where that fails, too.
   */
  private boolean readOn(JsonParser json, byte[] bytes, int start, int end) {
    try {
      while (!json.getParsingContext().inRoot()) {
        nextToken(json);
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        return false; // no record: the parser may stand inside a number that the next line would go
        // on
      }
      expectEnd(json, bytes, start, end);
      return true;
    } catch (IOException | InvalidInputException e) {
      return false;
    }
  }

  private JsonParser newParser() {
    try {
      JsonParser fresh = FACTORY.createNonBlockingByteArrayParser();
      parser = fresh;
      fedBytes = 0;
      return fresh;
    } catch (IOException e) {
      throw new UncheckedIOException("no source, so nothing to fail", e);
    }
  }

  private SourceDocument readRecord(JsonParser json, boolean escapes, String place)
      throws IOException {
    members.clear();
    names.clear();
    SparseVector vector = null;
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new InvalidInputException(
          "record", describe(first), first == JsonToken.START_ARRAY ? SPLIT_ARRAY : ONE_OBJECT);
    }
    while (nextToken(json) != JsonToken.END_OBJECT) {
      String name = json.currentName();
      if (!names.add(name)) {
        throw new InvalidInputException(
            "member '" + name + "'", "given twice", "each member once in a record");
      }
      JsonToken token = nextToken(json);
      if (name.equals(VECTOR)) {
        vector = vectors.read(json, token, escapes);
      } else {
        members.add(readMember(json, name, token, escapes));
      }
    }
    return document(vector, place);
  }

  /**
   * Refuses what follows the object. The parser cannot be asked: to it an unfinished token, such as
   * a number that might go on, looks like nothing yet.
   */
  private void expectEnd(JsonParser json, byte[] bytes, int start, int end) throws IOException {
    int recordEnd = start + (int) (json.currentLocation().getByteOffset() - fedBytes);
    for (int at = recordEnd; at < end; at++) {
      if (!LineBatch.isWhiteSpace(bytes[at])) {
        throw new InvalidInputException("record", "followed by more than white space", ONE_OBJECT);
      }
    }
    if (recordEnd < end) {
      json.nextToken(); // takes the white space, so that the next line can be fed
    }
  }

  private static Member readMember(JsonParser json, String name, JsonToken token, boolean escapes)
      throws IOException {
    Kind kind =
        switch (token) {
          case VALUE_STRING -> Kind.STRING;
          case VALUE_NUMBER_INT -> Kind.INTEGER;
          case VALUE_NULL -> Kind.NULL;
          default -> Kind.OTHER;
        };
    String value =
        token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY
            ? nested(json)
            : json.getText();
    if (escapes) {
      checkWellFormed(name, name);
      checkWellFormed(name, value);
    }
    return new Member(name, kind, value);
  }

  private SourceDocument document(@Nullable SparseVector vector, String place) {
    Member id = choose(ID_NAMES);
    Member text = choose(TEXT_NAMES);
    Member title = choose(List.of(TITLE));
    if (id == null) {
      throw new InvalidInputException(
          "id", "missing", "a string or an integer under '_id', 'id' or 'docid'");
    }
    if (id.kind != Kind.STRING && id.kind != Kind.INTEGER) {
      throw new InvalidInputException(id.name, id.value, "a string or an integer");
    }
    checkString(title);
    checkString(text);
    if (vector == null && title == null && text == null) {
      throw new InvalidInputException(
          "record",
          "without text and vector",
          "'text', 'contents', 'content', 'title' or 'vector'");
    }
    return new SourceDocument(
        DocumentIds.check(id.name, id.value), joined(title, text), vector, fields(id, text), place);
  }

  /** The first name of the list that the record gives a value other than null. */
  private @Nullable Member choose(List<String> wanted) {
    Member best = null;
    int bestRank = wanted.size();
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      int rank = member.kind == Kind.NULL ? -1 : wanted.indexOf(member.name);
      if (rank >= 0 && rank < bestRank) {
        best = member;
        bestRank = rank;
      }
    }
    return best;
  }

  private Map<String, String> fields(Member id, @Nullable Member text) {
    if (members.size() == 1) {
      return Map.of(); // the id alone: the usual record of a vector file
    }
    Map<String, String> fields = LinkedHashMap.newLinkedHashMap(members.size());
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      boolean absent =
          member.kind == Kind.NULL
              && (member.name.equals(TITLE) || TEXT_NAMES.contains(member.name));
      if (!member.equals(id) && !absent) {
        fields.put(member.equals(text) ? TEXT : member.name, member.value);
      }
    }
    return Collections.unmodifiableMap(fields);
  }

  private static @Nullable String joined(@Nullable Member title, @Nullable Member text) {
    if (title == null) {
      return text == null ? null : text.value.strip();
    }
    return (text == null ? title.value : title.value + " " + text.value).strip();
  }

  private static void checkString(@Nullable Member member) {
    if (member != null && member.kind != Kind.STRING) {
      throw new InvalidInputException(member.name, member.value, "a string");
    }
  }

  /**
   * Copies an object or array token by token: numbers as they were written, duplicate members
   * refused.
   */
  private static String nested(JsonParser json) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      int depth = 0;
      JsonToken token = json.currentToken();
      while (true) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        copy(json, token, out);
        if (depth == 0) {
          break;
        }
        token = nextToken(json);
      }
    }
    return text.toString();
  }

  private static void copy(JsonParser json, JsonToken token, JsonGenerator out) throws IOException {
    switch (token) {
      case START_OBJECT -> out.writeStartObject();
      case END_OBJECT -> out.writeEndObject();
      case START_ARRAY -> out.writeStartArray();
      case END_ARRAY -> out.writeEndArray();
      case FIELD_NAME -> copyName(json.currentName(), out);
      case VALUE_STRING -> out.writeString(json.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(json.getText());
      case VALUE_TRUE -> out.writeBoolean(true);
      case VALUE_FALSE -> out.writeBoolean(false);
      case VALUE_NULL -> out.writeNull();
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw new AssertionError(token);
    }
  }

  private static void copyName(String name, JsonGenerator out) throws IOException {
    try {
      out.writeFieldName(name);
    } catch (JsonGenerationException duplicate) {
      throw new InvalidInputException(
          "member '" + name + "' of a stored object",
          "given twice",
          "each member once in an object");
    }
  }

  /** The next token of a record that is not over yet. */
  static JsonToken nextToken(JsonParser json) throws IOException {
    JsonToken token = json.nextToken();
    if (token == null || token == JsonToken.NOT_AVAILABLE) {
      throw new InvalidInputException("record", "cut off before its object is closed", JOIN_LINES);
    }
    return token;
  }

  /** Refuses a text that has no UTF-8 form, which would be stored as something else. */
  static void checkWellFormed(String field, String text) {
    if (!Utf8.isWellFormed(text)) {
      throw new InvalidInputException(
          "member '" + field + "'", "holding an unpaired surrogate escape", "Unicode text");
    }
  }

  /** What a token is, in words. */
  static String describe(@Nullable JsonToken token) {
    return switch (token) {
      case null -> "nothing";
      case NOT_AVAILABLE -> "cut off";
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case VALUE_EMBEDDED_OBJECT -> throw new AssertionError(token);
    };
  }

  /**
   * Returns what is wrong with a line that the parser refused.
   *
   * @param at how many bytes of the line the parser had read
   */
  private static InvalidInputException malformed(
      JsonProcessingException e, long at, byte[] bytes, int start, int end) {
    if (e instanceof StreamConstraintsException) {
      return JsonFaults.isTooDeep(e)
          ? new InvalidInputException(
              "record", "nested too deep", "at most " + JsonFaults.DEPTH_MAX + " levels")
          : new InvalidInputException(
              "record",
              "holding a number that is too long",
              "at most " + JsonFaults.NUMBER_LENGTH_MAX + " characters per number");
    }
    if (JsonFaults.isUnpairedSurrogate(e)) {
      return new InvalidInputException(
          "record", "holding an unpaired surrogate escape", "Unicode text");
    }
    int place = Math.clamp(start + at, start, end);
    return InvalidInputException.explained(
        "record",
        "malformed JSON at byte " + at + " of the line" + JsonFaults.near(bytes, start, place, end),
        "strict JSON",
        e);
  }
}
