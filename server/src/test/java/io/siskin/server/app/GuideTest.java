package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.server.app.GuideDocument.Commands;
import io.siskin.server.app.GuideDocument.LeftOut;
import io.siskin.server.app.GuideDocument.SavedFile;
import io.siskin.server.app.GuideDocument.Step;
import io.siskin.server.app.GuideDocument.ToTheEnd;
import io.siskin.server.app.GuideDocument.UntilStopped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The follower of documents itself: what it takes for a step, and that it notices what fails. */
class GuideTest {
  @TempDir private Path folder;

  @Test
  void aDocumentIsReadAsItsSteps() {
    String text =
        """
        Text with `code`.
        ```sh
        one
        two
        ```
        <!-- runs until stopped -->
        ```sh
        server
        ```
        <!-- not run by the tests: it downloads -->
        ```sh
        download
        ```
        <!-- run by the tests where there is: go buf -->
        ```sh
        go run
        ```
        Save this as `a/b.py`:

        ```python
        print(1)
        ```
        Only shown:

        ```json
        {}
        ```
        """;
    assertThat(GuideDocument.parse("x.md", text).steps())
        .containsExactly(
            new Commands(2, "one\ntwo\n", new ToTheEnd(List.of())),
            new Commands(7, "server\n", new UntilStopped()),
            new Commands(11, "download\n", new LeftOut("it downloads")),
            new Commands(15, "go run\n", new ToTheEnd(List.of("go", "buf"))),
            new SavedFile(20, "a/b.py", "print(1)\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```bash\nls\n```\n",
        "```\nls\n```\n",
        "```sh\nls\n",
        "<!-- not run -->\n```sh\nls\n```\n",
        "<!-- not run by the tests: -->\n```sh\nls\n```\n"
      })
  void whatIsNoStepIsRefusedWithItsLine(String text) {
    assertThatThrownBy(() -> GuideDocument.parse("x.md", text))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("x\\.md:[12]: .*");
  }

  @Test
  void aBlockThatFailsIsNamedWithItsOutput() throws Exception {
    assertThatThrownBy(() -> follow("```sh\necho told\nfalse\ntrue\n```\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("x.md:1 ended with status 1", "told");
  }

  @Test
  void anUnsetVariableIsAFailure() {
    assertThatThrownBy(() -> follow("```sh\necho \"$not_set\"\n```\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not_set");
  }

  @Test
  void aBackgroundProcessNeedsABlockOfItsOwn() {
    assertThatThrownBy(() -> follow("```sh\ntrue && true\nsleep 1 &\n```\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("background");
  }

  @Test
  void portsAreReplacedByFreeOnesTheSameInAllSteps() throws Exception {
    follow(
        """
        Save `sub/port.txt`:
        ```text
        7700 7701 7700
        ```
        ```sh
        echo 7700 7701 7700 > ports
        ```
        """);
    String saved = Files.readString(folder.resolve("sub/port.txt"));
    assertThat(Files.readString(folder.resolve("ports"))).isEqualTo(saved);
    String[] ports = saved.strip().split(" ");
    assertThat(ports[0]).isEqualTo(ports[2]).isNotEqualTo(ports[1]).isNotEqualTo("7700");
  }

  @Test
  void aServerThatNamesNoPortGetsAFreeOneToo() throws Exception {
    Files.createDirectory(folder.resolve("bin"));
    Path script = folder.resolve("bin/siskin");
    Files.writeString(script, "#!/bin/sh\necho \"$@\" >> asked\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    follow("```sh\nbin/siskin demo\nbin/siskin serve --port 7700\nbin/siskin serve -d x\n```\n");
    List<String> asked = Files.readAllLines(folder.resolve("asked"));
    assertThat(asked).noneMatch(line -> line.contains("7700"));
    assertThat(asked.get(0)).matches("demo --port \\d+");
    assertThat(asked.get(1)).matches("serve --port \\d+");
    assertThat(asked.get(2)).matches("serve --port \\d+ -d x");
  }

  @Test
  void aServerRunsBesideTheNextStepsAndIsStoppedAtTheEnd() throws Exception {
    follow(
        """
        <!-- runs until stopped -->
        ```sh
        echo $$ > shell
        sh -c 'echo $$ > server; echo "siskin ready: here, 1 collection"; exec sleep 600'
        ```
        ```sh
        kill -0 $(cat shell) $(cat server)
        ```
        """);
    for (String file : List.of("shell", "server")) {
      long pid = Long.parseLong(Files.readString(folder.resolve(file)).strip());
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).as(file).isEmpty();
    }
  }

  @Test
  void aServerThatEndsBeforeItIsReadyIsAFailure() {
    assertThatThrownBy(() -> follow("<!-- runs until stopped -->\n```sh\necho no\n```\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("x.md:2 serves nothing", "no");
  }

  @Test
  void aBlockWithoutItsToolIsLeftOut() throws Exception {
    assertThat(follow("<!-- run by the tests where there is: sh no-such -->\n```sh\nfalse\n```\n"))
        .contains("there is no no-such");
    assertThat(follow("<!-- run by the tests where there is: sh -->\n```sh\ntrue\n```\n"))
        .isEmpty();
  }

  /** Follows all steps; returns why the last one was left out. */
  private Optional<String> follow(String text) throws Exception {
    Optional<String> last = Optional.empty();
    try (GuideRun guide = new GuideRun("x.md", folder, Map.of())) {
      for (Step step : GuideDocument.parse("x.md", text).steps()) {
        last = guide.follow(step);
      }
    }
    return last;
  }
}
