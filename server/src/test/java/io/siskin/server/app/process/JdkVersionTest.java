package io.siskin.server.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JdkVersionTest {
  /** As in LauncherTest. */
  @ParameterizedTest
  @CsvSource({
    "25, false",
    "25-ea, false",
    "25.0.1, false",
    "25.0.2, false",
    "25.0.2+10-LTS, false",
    "25.0.3, true",
    "25.0.3+9-LTS, true",
    "25.0.3.0.1, true",
    "25.0.10, true",
    "25.1, true",
    "26, true",
    "26-ea, true",
    "100.0.1, true",
    "24.0.9, false"
  })
  void versionsAreComparedByNumber(String version, boolean fits) {
    String refusal = JdkVersion.refusal(Runtime.Version.parse(version));
    assertThat(refusal == null).as(refusal).isEqualTo(fits);
    if (refusal != null) {
      assertThat(refusal)
          .startsWith("this is JDK " + version + ".")
          .contains("25.0.3 or newer", "can move memory that native code")
          .doesNotContain("\n");
    }
  }

  @Test
  void theLauncherAsksForTheSameJdk() throws Exception {
    assertThat(Files.readString(Repository.root().resolve("bin/jdk.sh")))
        .contains("jdk_oldest=" + JdkVersion.OLDEST + "\n");
  }
}
