package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.distribution.LicencePolicy.Library;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which licences are allowed, and which files of jars are licences and notices. */
final class LegalTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GPL-2.0",
        "GPL-3.0",
        "AGPL-3.0",
        "LGPL-3.0",
        "SSPL-1.0",
        "BUSL-1.1",
        "Unknown license",
        ""
      })
  void aLicenceThatIsNotOnTheListEndsTheBuild(String licence) {
    List<Library> libraries =
        LicencePolicy.read("Words.\n\ng:good:1\tMIT\t\ng:other:2.0\t" + licence + "\thttp://x\n");
    assertThat(libraries).hasSize(2);
    assertThatThrownBy(() -> LicencePolicy.check(libraries))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("g:other:2.0")
        .hasMessageContaining("[" + licence + "]")
        .hasMessageContaining("allowed: one of [Apache-2.0");
  }

  @Test
  void ofSeveralLicencesOneIsEnough() {
    List<Library> libraries = LicencePolicy.read("g:a:1\tLGPL-3.0; Apache-2.0\t\n");
    assertThatCode(() -> LicencePolicy.check(libraries)).doesNotThrowAnyException();
    assertThat(libraries.getFirst().jarPrefix()).isEqualTo("a-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"g:a\tMIT\t", "g:a:1\tMIT", "g:a:1\tMIT\tx\ty"})
  void aLineOfAnotherFormIsRefused(String line) {
    assertThatThrownBy(() -> LicencePolicy.read(line)).hasMessageContaining("THIRD-PARTY.txt");
  }

  @ParameterizedTest
  @CsvSource({
    "META-INF/LICENSE, true",
    "META-INF/LICENSE.txt, true",
    "META-INF/NOTICE, true",
    "META-INF/FastDoubleParser-NOTICE, true",
    "META-INF/license/netty.txt, true",
    "META-INF/license/LICENSE.aix-netbsd.txt, true",
    "COPYING, true",
    "org/x/License.class, false",
    "META-INF/licenser/x.txt, false",
    "org/x/noticed.txt, false"
  })
  void legalTextsAreFoundByTheirNames(String path, boolean isOne) {
    assertThat(LegalTexts.isLegalText(path)).isEqualTo(isOne);
  }
}
