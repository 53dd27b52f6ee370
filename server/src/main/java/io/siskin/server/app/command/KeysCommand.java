package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.KeyText;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin keys}: makes, lists and revokes the keys of callers. */
@Command(
    name = "keys",
    description = {
      "Makes, lists and revokes the keys that callers of a server need.",
      "A server asks for keys from its next start on, once its file of keys exists. After that it"
          + " follows the file: what is made or revoked counts within about a second."
          + " docs/security.md says more."
    },
    subcommands = {KeysCommand.Create.class, KeysCommand.Show.class, KeysCommand.Revoke.class})
public final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: create, list or revoke");
  }

  /** Which file. */
  static final class FileFlags {
    @Option(
        names = {"-d", "--data"},
        paramLabel = "DIR",
        description = "The data directory, whose file of keys is .keys.json.")
    private @Nullable Path data;

    @Option(
        names = "--keys-file",
        paramLabel = "FILE",
        description =
            "The file of keys, where security.keys_file names another one. Default: the one that"
                + " the variable SISKIN__SECURITY__KEYS_FILE names.")
    private @Nullable Path keysFile;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Returns the file. */
    Path file() {
      if (keysFile != null) {
        return keysFile;
      }
      String variable = System.getenv("SISKIN__SECURITY__KEYS_FILE");
      if (data == null && variable != null && !variable.isEmpty()) {
        return Path.of(variable);
      }
      if (data == null) {
        throw new ParameterException(
            spec.commandLine(), "the file of keys is missing: --data DIR or --keys-file FILE");
      }
      if (!Files.isDirectory(data)) {
        throw new InvalidInputException("--data", data, "a folder that exists");
      }
      return data.resolve(KeyFile.NAME);
    }
  }

  /** {@code siskin keys create}. */
  @Command(
      name = "create",
      description = {
        "Makes a key and prints it on standard output, once. It is stored nowhere: keep it.",
        "What is said about it goes to standard error."
      })
  static final class Create implements Callable<Integer> {
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,5})([hd])");
    private static final int HOURS_MAX = 24 * 3_650;

    @Mixin private FileFlags files = new FileFlags();

    @Option(
        names = "--role",
        required = true,
        paramLabel = "ROLE",
        description =
            "What the key allows: read, write (which includes read) or admin (which includes"
                + " write).")
    private String role;

    @Option(
        names = "--collection",
        required = true,
        paramLabel = "NAME",
        description =
            "For which collection or alias; may be repeated. 'tenant-*' stands for all names that"
                + " begin with 'tenant-', '*' for all names.")
    private List<String> collections;

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        description =
            "How long it is valid: 12h, 90d, at most 10 years. Default: until it is revoked.")
    private @Nullable String expires;

    @Option(
        names = "--label",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "What it is for, at most 200 characters. Default: none.")
    private String label;

    @Option(names = "--json", description = "Prints an object with the key and what it allows.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      Path file = files.file();
      Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      KeyText text = KeyText.create(new SecureRandom());
      ApiKey key =
          ApiKey.of(
              text,
              label,
              List.of(new Grant(KeyFile.role("--role", role), collections)),
              now,
              expires == null ? null : now.plus(duration(expires)));
      boolean first = !Files.exists(file);
      KeyFile.change(
          file,
          keys -> {
            keys.put(key.id(), key);
            return keys;
          });
      print(text, key, first);
      return ExitStatus.OK;
    }

    private void print(KeyText text, ApiKey key, boolean first) {
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      if (json) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("key", text.reveal());
        object.putAll(describe(key));
        out.println(Json.line(object));
      } else {
        out.println(text.reveal());
      }
      out.flush();
      err.println("made key " + key.id() + ": " + grants(key) + "; it is not shown again");
      if (first) {
        err.println("a server of this directory asks for keys from its next start on");
      }
      err.flush();
    }

    private static Duration duration(String text) {
      Matcher parts = TIME.matcher(text);
      if (parts.matches()) {
        long count = Long.parseLong(parts.group(1));
        long hours = parts.group(2).equals("d") ? count * 24 : count;
        if (hours <= HOURS_MAX) {
          return Duration.ofHours(hours);
        }
      }
      throw new InvalidInputException(
          "--expires", text, "hours or days such as 12h or 90d, at most 3650d");
    }
  }

  /** {@code siskin keys list}. */
  @Command(name = "list", description = "Lists the keys, without their secrets.")
  static final class Show implements Callable<Integer> {
    @Mixin private FileFlags files = new FileFlags();

    @Option(names = "--json", description = "Prints an object for each key, one a line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      PrintWriter out = spec.commandLine().getOut();
      Map<String, ApiKey> keys = keys(files.file());
      Instant now = Instant.now();
      for (ApiKey key : keys.values()) {
        if (json) {
          out.println(Json.line(describe(key)));
        } else {
          String end =
              key.expires() == null
                  ? ""
                  : (key.isExpired(now) ? ", expired " : ", expires ") + key.expires();
          out.println(
              key.id()
                  + "  "
                  + grants(key)
                  + ", created "
                  + key.created()
                  + end
                  + (key.label().isEmpty() ? "" : "  " + key.label()));
        }
      }
      out.flush();
      if (keys.isEmpty()) {
        spec.commandLine().getErr().println("there are no keys");
      }
      return ExitStatus.OK;
    }

    private static Map<String, ApiKey> keys(Path file) throws IOException {
      try {
        return KeyFile.read(file);
      } catch (NoSuchFileException none) {
        return Map.of();
      }
    }
  }

  /** {@code siskin keys revoke}. */
  @Command(
      name = "revoke",
      description =
          "Revokes keys. A running server refuses them within about a second. The file stays, also"
              + " without any key: the server goes on asking for keys.")
  static final class Revoke implements Callable<Integer> {
    @Mixin private FileFlags files = new FileFlags();

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids, as 'list' shows them.")
    private List<String> ids;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      for (String id : ids) {
        KeyText.checkId("ID", id);
      }
      KeyFile.change(
          files.file(),
          keys -> {
            List<String> unknown = new ArrayList<>(ids);
            unknown.removeAll(keys.keySet());
            if (!unknown.isEmpty()) {
              throw new InvalidInputException("ID", unknown.getFirst(), "the id of a key");
            }
            keys.keySet().removeAll(List.copyOf(ids));
            return keys;
          });
      spec.commandLine().getErr().println("revoked " + String.join(", ", ids));
      return ExitStatus.OK;
    }
  }

  private static Map<String, Object> describe(ApiKey key) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", key.id());
    object.put("label", key.label());
    List<Object> grants = new ArrayList<>();
    for (Grant grant : key.grants()) {
      grants.add(Map.of("role", grant.role().spelling(), "collections", grant.collections()));
    }
    object.put("grants", grants);
    object.put("created", key.created().toString());
    if (key.expires() != null) {
      object.put("expires", key.expires().toString());
    }
    return object;
  }

  private static String grants(ApiKey key) {
    return key.grants().stream()
        .map(grant -> grant.role().spelling() + " of " + String.join(", ", grant.collections()))
        .collect(Collectors.joining("; "));
  }
}
