package io.siskin.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files of the class path that are served as they are. They are read once, at the start; a file
 * that is not in the list of files does not exist, whatever a path says. Safe for concurrent use.
 */
final class StaticFiles implements Endpoint {
  /** Where the console is. */
  static final String CONSOLE_PATH = "/console/";

  private static final String CONSOLE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json",
          "txt", "text/plain; charset=utf-8");

  /**
   * The name of the list of files, one per line, relative to the folder. A line {@code NAME =
   * /PATH} serves a file of a library, which is elsewhere in the class path.
   */
  private static final String LIST = "files.txt";

  private final String root;
  private final String policy;
  private final Map<String, StoredFile> files;

  /** A file, as it is and packed. */
  private record StoredFile(String type, String tag, byte[] plain, byte @Nullable [] packed) {}

  private StaticFiles(String root, String policy, Map<String, StoredFile> files) {
    this.root = root;
    this.policy = policy;
    this.files = files;
  }

  /** Reads the files of the console. */
  static StaticFiles console() {
    return new StaticFiles(CONSOLE_PATH, CONSOLE_POLICY, read("console/"));
  }

  private static Map<String, StoredFile> read(String folder) {
    Map<String, StoredFile> files = new LinkedHashMap<>();
    List<String> lines =
        new String(resource(folder + LIST), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();
    for (String line : lines) {
      int equals = line.indexOf('=');
      String name = (equals < 0 ? line : line.substring(0, equals)).trim();
      String path = equals < 0 ? folder + name : line.substring(equals + 1).trim();
      byte[] plain = resource(path);
      byte[] packed = pack(plain);
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (type == null) {
        throw new IllegalStateException(name + " has no media type here");
      }
      files.put(
          name,
          new StoredFile(type, tag(plain), plain, packed.length < plain.length ? packed : null));
    }
    return files;
  }

  private static byte[] resource(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] pack(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String tag(byte[] plain) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
      // Weak: the packed form has the same tag.
      return "W/\"" + HexFormat.of().formatHex(digest, 0, 16) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public Runnable answer(Request request, Consumer<Answer> reply) {
    reply.accept(answer(request));
    return NOTHING_TO_CANCEL;
  }

  private Answer answer(Request request) {
    String name = request.path().substring(root.length());
    StoredFile file = files.get(name.isEmpty() ? "index.html" : name);
    if (file == null) {
      return Answer.error(404, "there is no such file");
    }
    if (!request.isRead()) {
      return Site.otherMethod(List.of("GET", "HEAD"));
    }
    boolean isKnown = hasTag(request.header("If-None-Match"), file.tag());
    String encodings = request.header("Accept-Encoding");
    byte[] packed = file.packed();
    boolean sendsPacked = packed != null && encodings != null && takesGzip(encodings);
    Answer answer =
        isKnown
            ? Answer.empty(304)
            : Answer.of(200, file.type(), sendsPacked && packed != null ? packed : file.plain());
    if (sendsPacked && !isKnown) {
      answer = answer.with("Content-Encoding", "gzip");
    }
    return answer
        .with("ETag", file.tag())
        // It may be kept, but must be asked for again, so that a new version is seen at once.
        .with("Cache-Control", "no-cache")
        .with("Content-Security-Policy", policy)
        .with("Referrer-Policy", "no-referrer")
        .with("Cross-Origin-Resource-Policy", "same-origin");
  }

  private static boolean hasTag(@Nullable String tags, String tag) {
    if (tags == null) {
      return false;
    }
    String strong = tag.substring(2);
    for (String one : tags.split(",")) {
      String trimmed = one.trim();
      if (trimmed.equals("*") || trimmed.equals(tag) || trimmed.equals(strong)) {
        return true;
      }
    }
    return false;
  }

  private static boolean takesGzip(String encodings) {
    for (String one : encodings.split(",")) {
      String trimmed = one.trim().replace(" ", "");
      if (trimmed.equals("gzip")
          || (trimmed.startsWith("gzip;q=") && !trimmed.matches("gzip;q=0(\\.0*)?"))) {
        return true;
      }
    }
    return false;
  }
}
