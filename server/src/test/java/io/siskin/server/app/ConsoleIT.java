package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The console in a real browser, in front of the packaged server and below a path of a proxy.
 *
 * <p>Each test also checks, at its end, that the browser had nothing to say and that the pages have
 * asked no other server for anything.
 */
@Timeout(600)
final class ConsoleIT {
  private static final Pattern HTTP = Pattern.compile("http://([^/]+/)(?!metrics)");
  private static final Pattern METRICS = Pattern.compile("http://([^/]+/)metrics");
  private static final int DOCUMENTS = 400;
  private static final String QUERY = "search?c=birds&q=yellow+finch+of+the+garden";

  /** Every page, with the parts that only show with something to show. */
  private static final List<String> PAGES =
      List.of(
          QUERY,
          QUERY + "&way=clustered&queryCut=3",
          "search?c=birds&v=siskin+1.5",
          "search?c=birds",
          "collections",
          "collections/birds",
          "documents?c=birds",
          "documents?c=birds&id=d7",
          "live",
          "slow",
          "about");

  @TempDir static Path folder;
  private static SiskinProcess server;
  private static ConsoleProxy proxy;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start();
    Path corpus = folder.resolve("birds.jsonl");
    Files.write(corpus, documents());
    Path data = Files.createDirectory(folder.resolve("data"));
    SiskinProcess index =
        SiskinProcess.run(
            folder, "index", "-i", corpus, "-o", data, "--clusters", "--field", "year:int64");
    assertThat(index.awaitStatus()).as(index.err()).isZero();
    server = SiskinProcess.start(folder, "serve", "-d", data, "-p", 0, "--metrics-port", 0);
    server.awaitReady();
    proxy =
        ConsoleProxy.start(
            URI.create("http://" + server.await(HTTP).group(1)),
            URI.create("http://" + server.await(METRICS).group(1)));
  }

  @AfterAll
  static void stop() {
    for (AutoCloseable part : new AutoCloseable[] {browser, proxy, server}) {
      if (part != null) {
        try {
          part.close();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private static List<String> documents() {
    List<String> words =
        List.of(
            "yellow", "green", "small", "finch", "bird", "garden", "wood", "song", "seed", "alder",
            "siskin");
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 30; j++) {
        text.append(words.get(random.nextInt(words.size()))).append(' ');
      }
      lines.add(
          "{\"id\": \"d%d\", \"title\": \"Bird %d\", \"text\": \"%s\", \"year\": %d}"
              .formatted(i, i, text, 1900 + i % 100));
    }
    lines.add(
        "{\"id\": \"<b>x</b>\", \"title\": \"<img src=x onerror=alert(1)>\","
            + " \"text\": \"A hostile <script>alert(2)</script> text\"}");
    return lines;
  }

  @BeforeEach
  void begin() throws Exception {
    proxy.require(Map.of());
    proxy.setAway(false);
    browser.resize(1280, 900);
    browser.prefer("light");
    browser.open(proxy.address("tests/blank.html"));
    browser.script("sessionStorage.clear(); localStorage.clear();");
    browser.messages();
    browser.requests();
  }

  @AfterEach
  void nothingIsWrong() throws Exception {
    assertThat(browser.requests())
        .filteredOn(address -> !address.startsWith("about:") && !address.startsWith("data:"))
        .allSatisfy(address -> assertThat(address).startsWith(proxy.address("")));
    assertThat(browser.messages()).isEmpty();
  }

  private static void open(String page) {
    browser.open(proxy.address("console/#/" + page));
  }

  private static String pipelines() {
    try {
      return send("GET", "v1/collections/birds/pipelines", "");
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String send(String method, String path, String body) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create(proxy.address(path)))
                  .header("Content-Type", "application/json")
                  .method(method, BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return response.body();
    }
  }

  @Test
  void modulesDoWhatTheyPromise() {
    browser.open(proxy.address("tests/tests.html"));
    browser.await("the tests", () -> browser.script("return window.results ?? null") != null);
    Object failures =
        browser.script(
            "return window.results.filter(r => r.error).map(r => r.name + ': ' + r.error)");
    assertThat((List<?>) failures).as("seed %s", browser.script("return window.seed")).isEmpty();
    assertThat((Long) browser.script("return window.results.length")).isGreaterThanOrEqualTo(30);
  }

  @Test
  void everyPageIsAccessibleInBothThemesAndAnyWidth() throws Exception {
    List<String> barriers = new ArrayList<>();
    for (String page : PAGES) {
      open(page);
      if (page.equals("live")) {
        browser.await("a sample", () -> !browser.text("siskin-chart .legend b").isEmpty());
        browser.script("document.querySelector('siskin-chart details').open = true");
      }
      for (String theme : List.of("light", "dark")) {
        browser.prefer(theme);
        for (int width : new int[] {1440, 900, 390}) {
          browser.resize(width, 900);
          browser.barriers().forEach(one -> barriers.add(page + ", " + theme + width + ": " + one));
          Object overflow =
              browser.script("return document.documentElement.scrollWidth - window.innerWidth");
          assertThat((Long) overflow).as("%s at %s is too wide by", page, width).isLessThan(1);
        }
      }
      browser.resize(1280, 900);
    }
    assertThat(barriers).isEmpty();
  }

  @Test
  void dialogsAreAccessible() throws Exception {
    for (String theme : List.of("light", "dark")) {
      browser.prefer(theme);
      open(QUERY);
      browser.button("Use from code").click();
      browser.find("dialog[open]");
      assertThat(browser.barriers()).isEmpty();
      open("collections/birds");
      browser.button("Drop").click();
      browser.find("dialog[open]");
      assertThat(browser.barriers()).isEmpty();
      open("documents?c=birds");
      browser.button("Add a document").click();
      browser.find("dialog[open]");
      assertThat(browser.barriers()).isEmpty();
    }
  }

  @Test
  void aSearchNeedsNoMouse() {
    open("search?c=birds&way=clustered&queryCut=2&heapFactor=1");
    browser.press("/");
    browser.press("yellow finch", Keys.ENTER);
    browser.find(".hit");
    browser.awaitRest();
    assertThat(browser.text(".summary")).contains("10 hits");
    assertThat(browser.text(".hit-why")).contains("finch");
    browser.tabTo("Compare with exact");
    browser.press(Keys.ENTER);
    browser.find(".recall b");
    assertThat(browser.text(".recall")).containsPattern("^[01]\\.\\d\\d").contains("of the 10");
    // The address has the search, so that it can be shared.
    assertThat((String) browser.script("return location.hash"))
        .contains("q=yellow+finch", "way=clustered", "queryCut=2");
    browser.script("history.back()");
    browser.await("the page before", () -> !browser.has(".hit"));
  }

  @Test
  void recallIsOneWhereTheSearchIsExact() {
    open(QUERY + "&way=exact");
    browser.button("Compare with exact").click();
    browser.find(".recall b");
    assertThat(browser.text(".recall")).startsWith("1.00").contains("10 of the 10");
  }

  @Test
  void aTreeIsSearchedStoredEditedAndDeleted() throws Exception {
    String tree =
        """
        {"name": "both", "limit": 7, "fuse": {"reciprocalRank": {}, "inputs": [
        {"node": {"name": "asked", "limit": 20, "sparse": {}}},
        {"node": {"name": "more", "limit": 30, "sparse": {"text": "yellow"}}}]}}
        """;
    open(QUERY + "&way=tree&tree=" + URLEncoder.encode(tree, StandardCharsets.UTF_8));
    browser.await("the stages", () -> browser.has(".cascade table"));
    assertThat(browser.text(".cascade")).contains("both", "asked", "more", "50");
    assertThat(browser.text(".summary")).contains("7 hits");
    assertThat(browser.text(".hit-why")).contains("asked", "both");
    assertThat(browser.barriers()).isEmpty();
    browser.button("Store as a pipeline").click();
    browser.find("dialog input").sendKeys("mixed");
    browser.find("dialog button[type=submit]").click();
    browser.await(
        "the stored one",
        () ->
            browser
                .script("return document.querySelector('[name=pipeline]').value")
                .equals("mixed"));
    assertThat(send("GET", "v1/collections/birds/pipelines", "")).contains("\"mixed\"");
    open(QUERY + "&way=pipeline&pipeline=mixed");
    browser.button("Edit as a tree").click();
    assertThat((String) browser.script("return document.querySelector('[name=tree]').value"))
        .contains("\"asked\"", "\"constant\": 60");
    browser.button("Delete the pipeline").click();
    browser.find("dialog button.danger").click();
    // The page asks for the deletion after the dialog has closed.
    browser.await("the deletion", () -> !pipelines().contains("mixed"));
  }

  @Test
  void textOfDocumentsIsNeverCode() {
    open("search?c=birds&q=hostile");
    assertThat(browser.text(".hit h2")).contains("<img src=x onerror=alert(1)>", "<b>x</b>");
    assertThat(browser.text(".passage")).contains("<script>alert(2)</script>");
    assertThat(browser.has(".hits img, .hits script, .hits b b")).isFalse();
    browser.find(".hit-id").click();
    browser.await("the document", () -> browser.text("h2").equals("<b>x</b>"));
  }

  @Test
  void wrongInputIsSaidInWords() {
    open("search?c=birds&q=finch&filter=color+%3D+1");
    assertThat(browser.text(".error")).contains("color");
    // The browser itself notes an answer with an error; the page cannot prevent it.
    assertThat(browser.messages()).allSatisfy(one -> assertThat(one).contains("400"));
  }

  @Test
  void aKeyIsAskedForAndThePageStays() {
    proxy.require(Map.of("right-key", "ROLE_READ", "admin-key", "ROLE_ADMIN"));
    open(QUERY);
    browser.find("dialog[open] input[type=password]").sendKeys("wrong-key", Keys.ENTER);
    browser.await(
        "a refusal",
        () -> browser.text(".wrong").contains("refuses this key: the key is not known"));
    browser.script("document.querySelector('dialog input[type=password]').value = ''");
    browser.find("dialog[open] input[type=password]").sendKeys("right-key", Keys.ENTER);
    browser.find(".hit");
    // While one is in a page, the key may end; the page stays, and goes on with a new one.
    proxy.require(Map.of("new-key", "ROLE_ADMIN"));
    browser.script("document.querySelector('textarea').value = 'siskin of the wood'");
    browser.button("Search").click();
    browser.find("dialog[open] input[type=password]").sendKeys("new-key", Keys.ENTER);
    browser.await("the answer", () -> browser.text(".hit-why").contains("siskin"));
    assertThat((String) browser.script("return location.hash")).contains("q=siskin");
    assertThat((String) browser.script("return JSON.stringify(localStorage)"))
        .doesNotContain("key");
    assertThat(browser.messages()).allSatisfy(one -> assertThat(one).contains("401"));
  }

  @Test
  void aReaderSeesNoButtonsToWriteWith() {
    proxy.require(Map.of("read-key", "ROLE_READ", "admin-key", "ROLE_ADMIN"));
    open("collections/birds");
    browser.find("dialog[open] input[type=password]").sendKeys("read-key", Keys.ENTER);
    browser.button("Search");
    browser.awaitRest();
    assertThat(browser.text("main")).doesNotContain("Flush", "Compact", "Drop");
    browser.messages();
    browser.button("Forget the key").click();
    browser.find("dialog[open] input[type=password]").sendKeys("admin-key", Keys.ENTER);
    browser.button("Drop");
    assertThat(browser.text("main")).contains("Flush", "Compact");
    assertThat(browser.messages()).allSatisfy(one -> assertThat(one).contains("401"));
  }

  @Test
  void aServerThatIsAwayIsSaidToBe() {
    open("collections");
    proxy.setAway(true);
    browser.button("Refresh").click();
    browser.await("a word", () -> browser.text(".away").contains("does not answer"));
    proxy.setAway(false);
    browser.await("the server", () -> !browser.has(".away"));
    browser.awaitRest();
    assertThat(browser.text("main")).contains("birds");
    assertThat(browser.messages()).allSatisfy(one -> assertThat(one).contains("502"));
  }

  @Test
  void documentsAreAddedChangedAndDeleted() throws Exception {
    open("documents?c=birds");
    browser.button("Add a document").click();
    setText("{\"id\": \"new\", \"text\": \"A crossbill.\", \"year\": 2026}");
    browser.button("Save").click();
    browser.await("the document", () -> browser.text("h2").equals("new"));
    assertThat(browser.text(".bars")).contains("crossbil");
    browser.button("Update fields").click();
    setText("{\"year\": 2027}");
    browser.button("Save").click();
    browser.await("the year", () -> browser.text(".fields").contains("2027"));
    String path = "v1/collections/birds/documents/get";
    assertThat(send("POST", path, "{\"ids\": [\"new\"]}")).contains("\"2027\"");
    browser.button("Delete").click();
    browser.find("dialog[open] button.danger").click();
    browser.await("the list", () -> browser.text(".summary").contains("401 documents"));
    assertThat(send("POST", path, "{\"ids\": [\"new\"]}")).doesNotContain("2027");
  }

  private static void setText(String text) {
    browser.find("dialog[open] textarea");
    browser.script("document.querySelector('dialog textarea').value = arguments[0]", text);
  }

  @Test
  void snapshotsAreMadeAndRestoredAndACollectionIsDroppedByItsName() throws Exception {
    open("collections/birds");
    browser.button("Create a snapshot").click();
    browser.find("dialog[open] input").sendKeys("monday", Keys.ENTER);
    browser.await("the snapshot", () -> browser.text("main").contains("monday"));
    browser.button("Restore…").click();
    browser.find("dialog[open] input").sendKeys("copy", Keys.ENTER);
    browser.await("the copy", () -> browser.text("h1").equals("copy"));
    browser.awaitRest();
    browser.button("Drop").click();
    assertThat(browser.find("dialog[open] button.danger").isEnabled()).isFalse();
    browser.find("dialog[open] input").sendKeys("copy");
    browser.find("dialog[open] button.danger").click();
    browser.await("the list", () -> browser.text("h1").equals("Collections"));
    browser.awaitRest();
    assertThat(browser.text("main")).contains("birds").doesNotContain("copy");
    send("DELETE", "v1/collections/birds/snapshots/monday", "");
  }

  @Test
  void theThemeIsSwitchedAndKept() {
    open("about");
    String before = background();
    browser.button("Dark theme").click();
    assertThat(background()).isNotEqualTo(before);
    open("collections");
    assertThat(background()).isNotEqualTo(before);
    browser.button("Light theme").click();
    assertThat(background()).isEqualTo(before);
  }

  private static String background() {
    return String.valueOf(
        browser.script("return getComputedStyle(document.documentElement).backgroundColor"));
  }

  @Test
  void chartsHaveNumbers() {
    open("live");
    browser.await(
        "memory", () -> browser.text(".charts").contains("heap") && browser.has("canvas"));
    browser.button("Pause").click();
    browser.button("Continue");
    browser.script("document.querySelector('siskin-chart details').open = true");
    browser.await("a table", () -> browser.has("siskin-chart td"));
  }
}
