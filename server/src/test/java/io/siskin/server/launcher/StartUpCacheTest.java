package io.siskin.server.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.launcher.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When the start-up cache is made, used and made anew, with a JVM that is a script. */
@Timeout(120)
final class StartUpCacheTest {
  /**
   * A {@code java} that makes an archive when it is told to, and says that it uses one. It prints
   * its arguments.
   */
  private static final String JVM =
      """
      #!/bin/sh
      printf '%s\\n' "$@"
      for word; do
        case $word in
          -XX:ArchiveClassesAtExit=*) echo archive >"${word#*=}" ;;
          -Xlog:class+load:file=*)
            echo 'io.siskin.server.app.Siskin source: shared objects file (top)' >"${word##*=}" ;;
        esac
      done
      """;

  /** One that says that it has begun to make an archive, and then waits for a word. */
  private static final String SLOW_JVM =
      """
      #!/bin/sh
      folder=${0%/jdk-*}
      case $* in *ArchiveClassesAtExit*) echo began >"$folder/began"; read -r word <"$folder/go" ;; esac
      """;

  @TempDir private Path folder;
  private Installation siskin;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void install() throws IOException {
    siskin = Installation.make(folder.resolve("installed"));
    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", JVM).toString());
  }

  @Test
  void isUsedAsLongAsItFits() throws Exception {
    make();
    Path cache = siskin.caches().getFirst();
    assertThat(cache).isNotEmptyFile();
    String flag = "-XX:SharedArchiveFile=" + cache;
    environment.put("SISKIN_NO_BUILD", "1");
    assertThat(start()).contains(flag);

    Path options = siskin.home().resolve("bin/jvm.options");
    String before = Files.readString(options);
    Files.writeString(options, before + "-Dmore=1\n");
    assertThat(start()).as("other flags").doesNotContain("SharedArchiveFile");
    Files.writeString(options, before);
    assertThat(start()).contains(flag);

    String jdk = environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.4", JVM).toString());
    assertThat(start()).as("another JDK").doesNotContain("SharedArchiveFile");
    environment.put("SISKIN_JAVA_HOME", jdk);
    assertThat(start()).contains(flag);

    Files.setLastModifiedTime(siskin.jar(), FileTime.from(Instant.EPOCH));
    assertThat(start()).as("an older jar").doesNotContain("SharedArchiveFile");
    Files.setLastModifiedTime(siskin.jar(), FileTime.from(Instant.now()));
    assertThat(start()).as("a newer jar").doesNotContain("SharedArchiveFile");
    assertThat(siskin.caches()).as("nothing is made where nothing may be built").hasSize(1);
  }

  @Test
  void isMadeAnewInTheBackground() throws Exception {
    try (WatchService watch = siskin.target().getFileSystem().newWatchService()) {
      WatchKey key = siskin.target().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      assertThat(start()).doesNotContain("SharedArchiveFile");
      awaitCache(watch, key);
      assertThat(start()).contains("SharedArchiveFile");
    }
  }

  @Test
  void isMadeFirstWhenThatIsAskedFor() throws Exception {
    environment.put("SISKIN_AOT_TRAIN", "1");
    assertThat(start()).contains("-XX:SharedArchiveFile=" + siskin.caches().getFirst());
  }

  @Test
  void oneThatCannotBeMadeIsNotTriedAgainAndNotUsed() throws Exception {
    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", "#!/bin/sh\nexit 1\n").toString());
    make();
    assertThat(siskin.caches().getFirst()).isEmptyFile();
    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", JVM).toString());
    make();
    assertThat(siskin.caches().getFirst()).isEmptyFile();
    assertThat(start()).doesNotContain("SharedArchiveFile");
    // Until the package changes.
    Files.setLastModifiedTime(siskin.jar(), FileTime.from(Instant.EPOCH));
    make();
    assertThat(siskin.caches().getFirst()).isNotEmptyFile();
  }

  @Test
  void oneThatTheJvmDoesNotUseIsNotKept() throws Exception {
    String silent = JVM.replace("(top)", "(base)");
    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", silent).toString());
    make();
    assertThat(siskin.caches().getFirst()).isEmptyFile();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoObstacle() throws Exception {
    make();
    Path cache = siskin.caches().getFirst();
    Files.delete(cache);
    // Stands where the folder for the work would be made; permissions do not stop the root user.
    Files.createFile(Path.of(cache + ".making"));
    make();
    environment.put("SISKIN_AOT_TRAIN", "1");
    assertThat(start()).doesNotContain("SharedArchiveFile");
    assertThat(siskin.caches()).isEmpty();
  }

  @Test
  void twoAtOnceMakeOne() throws Exception {
    Process first = startSlowly();
    Result second = siskin.run(environment, "installed/bin/start-up-cache");
    assertThat(second).isEqualTo(new Result(0, "", ""));
    assertThat(siskin.caches()).isEmpty();
    goOn();
    assertThat(first.waitFor()).isZero();
    assertThat(siskin.caches()).hasSize(1);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void aMakerThatIsToldToEndLeavesNothing() throws Exception {
    Process maker = startSlowly();
    List<ProcessHandle> children = maker.descendants().toList();
    assertThat(children).isNotEmpty();
    maker.destroy();
    assertThat(maker.waitFor()).isEqualTo(143);
    for (ProcessHandle child : children) {
      child.onExit().get(60, TimeUnit.SECONDS);
    }
    assertThat(siskin.caches()).isEmpty();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void whatAKilledMakerLeftIsTakenOver() throws Exception {
    Process maker = startSlowly();
    List<ProcessHandle> children = maker.descendants().toList();
    maker.destroyForcibly();
    maker.waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
    // They hold the maker's lock until they are gone.
    children.forEach(child -> child.onExit().join());
    assertThat(siskin.caches()).isEmpty();
    assertThat(leftovers()).hasSize(1);
    // Without it this start would begin a maker in the background, which takes over before ours.
    environment.put("SISKIN_NO_BUILD", "1");
    assertThat(start()).doesNotContain("SharedArchiveFile");

    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", JVM).toString());
    make();
    assertThat(siskin.caches().getFirst()).isNotEmptyFile();
    assertThat(leftovers()).isEmpty();
  }

  private void make() throws Exception {
    Result result = siskin.run(environment, "installed/bin/start-up-cache");
    assertThat(result).isEqualTo(new Result(0, "", ""));
  }

  /** Returns the arguments that the JVM got. */
  private String start() throws Exception {
    Result result = siskin.run(environment, "installed/bin/siskin --version");
    assertThat(result.status()).as(result.err()).isZero();
    return result.out();
  }

  /** Starts a maker and returns when its JVM is at work; it goes on after {@link #goOn}. */
  private Process startSlowly() throws Exception {
    environment.put("SISKIN_JAVA_HOME", siskin.jdk("25.0.3", SLOW_JVM).toString());
    assertThat(siskin.run(environment, "mkfifo installed/began installed/go").status()).isZero();
    Process maker = siskin.start(environment, "installed/bin/start-up-cache");
    // Reading waits until the other end writes.
    assertThat(Files.readString(siskin.home().resolve("began"))).isEqualTo("began\n");
    return maker;
  }

  private void goOn() throws IOException {
    // Its archive does not come about, which is no matter here: an empty one stands for that.
    Files.writeString(siskin.home().resolve("go"), "go\n", StandardOpenOption.WRITE);
  }

  private List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(siskin.target())) {
      return files.filter(file -> file.toString().endsWith(".making")).toList();
    }
  }

  private static void awaitCache(WatchService watch, WatchKey key) throws InterruptedException {
    while (true) {
      boolean made =
          key.pollEvents().stream().anyMatch(event -> event.context().toString().endsWith(".jsa"));
      if (made) {
        return;
      }
      key.reset();
      assertThat(watch.poll(60, TimeUnit.SECONDS)).isEqualTo(key);
    }
  }
}
