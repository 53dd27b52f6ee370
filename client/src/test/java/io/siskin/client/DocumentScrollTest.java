package io.siskin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class DocumentScrollTest {
  // By token: the second page has only documents that were left out.
  private final Map<String, DocumentPage> pages =
      Map.of(
          "", new DocumentPage(List.of(Document.of("a"), Document.of("b")), "1"),
          "1", new DocumentPage(List.of(), "2"),
          "2", new DocumentPage(List.of(Document.of("c")), ""));
  private final List<String> asked = new ArrayList<>();

  private DocumentScroll scroll(String token) {
    return new DocumentScroll(
        wanted -> {
          asked.add(wanted);
          return pages.get(wanted);
        },
        token);
  }

  @Test
  void pagesAreAskedForOneByOneAndEmptyOnesArePassedOver() {
    DocumentScroll scroll = scroll("");
    assertThat(asked).isEmpty();
    assertThat(scroll.next().id()).isEqualTo("a");
    assertThat(scroll.next().id()).isEqualTo("b");
    assertThat(asked).containsExactly("");
    assertThat(scroll.hasNext()).isTrue();
    assertThat(asked).containsExactly("", "1", "2");
    assertThat(scroll.next().id()).isEqualTo("c");
    assertThat(scroll.hasNext()).isFalse();
    assertThatThrownBy(scroll::next).isInstanceOf(NoSuchElementException.class);
    assertThat(asked).hasSize(3);
  }

  @Test
  void itIsResumedAfterTheLastPageThatWasReadAsAWhole() {
    DocumentScroll scroll = scroll("");
    assertThat(scroll.resumeToken()).isEmpty();
    scroll.next();
    assertThat(scroll.resumeToken()).as("of the page that is being read").isEmpty();
    scroll.next();
    assertThat(scroll.resumeToken()).isEqualTo("1");
    scroll.next();
    assertThat(scroll.resumeToken()).as("the last page has none after it").isEqualTo("2");
    assertThat(scroll("2").next().id()).isEqualTo("c");
  }
}
