package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * The console in a real browser, before a server that asks for keys, which {@code siskin keys} has
 * made: what each of them sees, and what it may do.
 */
@Timeout(600)
final class ConsoleKeysIT {
  private static final Pattern HTTP = Pattern.compile("(http://[^/]+/)(?!metrics)");

  @TempDir static Path folder;
  private static TestKeys keys;
  private static String readAll;
  private static String readBirds;
  private static String writeBirds;
  private static String admin;
  private static SiskinProcess server;
  private static String address;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start();
    Path data = Files.createDirectory(folder.resolve("data"));
    for (String collection : List.of("birds", "plants")) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        lines.add("{\"id\": \"d%d\", \"text\": \"%s number%d\"}".formatted(i, collection, i));
      }
      Path corpus = Files.write(folder.resolve(collection + ".jsonl"), lines);
      SiskinProcess index = SiskinProcess.run(folder, "index", "-i", corpus, "-o", data);
      assertThat(index.awaitStatus()).as(index.err()).isZero();
    }
    keys = new TestKeys(folder, data);
    readAll = keys.create("read", "*");
    readBirds = keys.create("read", "birds");
    writeBirds = keys.create("write", "birds");
    admin = keys.create("admin", "*");
    server = SiskinProcess.start(folder, "serve", "-d", data, "-p", 0);
    server.awaitReady();
    address = server.await(HTTP).group(1);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void begin() throws Exception {
    browser.resize(1280, 900);
    browser.open(address + "console/#/about");
    browser.script("sessionStorage.clear(); localStorage.clear();");
    browser.messages();
    browser.requests();
  }

  @AfterEach
  void nothingIsWrong() throws Exception {
    assertThat(browser.requests())
        .filteredOn(one -> !one.startsWith("about:") && !one.startsWith("data:"))
        .allSatisfy(one -> assertThat(one).startsWith(address));
    // The browser itself notes each answer with an error; the page cannot prevent it.
    assertThat(browser.messages()).allSatisfy(one -> assertThat(one).containsPattern("40[13]"));
  }

  private static void open(String page) {
    browser.open(address + "console/#/" + page);
  }

  private static void type(String key) {
    browser.find("dialog[open] input[type=password]").clear();
    browser.find("dialog[open] input[type=password]").sendKeys(key, Keys.ENTER);
  }

  /** Opens a page, and gives a key when it is asked for. */
  private static void open(String page, String key) {
    open(page);
    type(key);
    browser.await("the page", () -> !browser.has("dialog[open]"));
    browser.awaitRest();
  }

  private static String main(String page) {
    open(page);
    return browser.text("main");
  }

  /** Sends a request from within the page, with its key, as if a button had been there. */
  private static long send(String method, String path, String body) {
    return (Long)
        browser.script(
            "return fetch(new URL(arguments[1], location.origin), {method: arguments[0],"
                + " body: arguments[2] || undefined, headers: {'Content-Type': 'application/json',"
                + " Authorization: 'Bearer ' + sessionStorage.getItem('siskin.key')}})"
                + ".then((answer) => answer.status)",
            method,
            path,
            body);
  }

  @Test
  void aReaderOfOneCollectionSeesThatOneOnly() {
    open("collections", readBirds);
    assertThat(browser.text("main")).contains("birds").doesNotContain("plants");
    assertThat(main("collections/birds")).contains("20").doesNotContain("Flush", "Compact", "Drop");
    assertThat(main("documents?c=birds")).contains("d7").doesNotContain("Add a document");
    open("search?c=birds&q=number7");
    assertThat(browser.text(".hit")).contains("d7");
    // Whether there is another collection is not told.
    for (String other : List.of("plants", "there-is-none")) {
      open("collections/" + other);
      assertThat(browser.text(".error"))
          .contains("'read' is needed for collection '" + other + "'");
    }
    open("live");
    browser.await(
        "a refusal", () -> browser.text(".error").contains("'read' is needed for all collections"));
    assertThat(main("about")).contains("birds", "read").doesNotContain(readBirds);
    assertThat(send("POST", "v1/collections/birds/flush", "")).isEqualTo(403);
    assertThat(send("DELETE", "v1/collections/birds", "")).isEqualTo(403);
    assertThat(send("POST", "v1/collections/plants/search", "{\"text\": \"x\"}")).isEqualTo(403);
  }

  @Test
  void aReaderOfAllSeesAllAndTheMetrics() {
    open("collections", readAll);
    assertThat(browser.text("main")).contains("birds", "plants");
    open("live");
    browser.await("a sample", () -> !browser.text("siskin-chart .legend b").isEmpty());
    assertThat(browser.has(".error")).isFalse();
    assertThat(main("collections/plants")).doesNotContain("Flush", "Drop");
    assertThat(send("POST", "v1/collections/plants/flush", "")).isEqualTo(403);
  }

  @Test
  void aWriterWritesAndDropsNothing() {
    open("documents?c=birds", writeBirds);
    browser.button("Add a document").click();
    browser.find("dialog[open] textarea");
    browser.script(
        "document.querySelector('dialog textarea').value = arguments[0]",
        "{\"id\": \"new\", \"text\": \"a crossbill\"}");
    browser.button("Save").click();
    browser.await("the document", () -> browser.text("h2").equals("new"));
    browser.button("Delete").click();
    browser.find("dialog[open] button.danger").click();
    browser.await("the list", () -> browser.text(".summary").contains("20 documents"));
    assertThat(main("collections/birds")).contains("Flush").doesNotContain("Compact", "Drop");
    assertThat(send("POST", "v1/collections/birds/flush", "")).isEqualTo(200);
    assertThat(send("DELETE", "v1/collections/birds", "")).isEqualTo(403);
  }

  @Test
  void anAdministratorMakesAndDrops() {
    open("collections/birds", admin);
    browser.button("Create a snapshot").click();
    browser.find("dialog[open] input").sendKeys("monday", Keys.ENTER);
    browser.await("the snapshot", () -> browser.text("main").contains("monday"));
    browser.button("Restore…").click();
    browser.find("dialog[open] input").sendKeys("copy", Keys.ENTER);
    browser.await("the copy", () -> browser.text("h1").equals("copy"));
    browser.awaitRest();
    browser.button("Drop").click();
    browser.find("dialog[open] input").sendKeys("copy");
    browser.find("dialog[open] button.danger").click();
    browser.await("the list", () -> browser.text("h1").equals("Collections"));
    browser.awaitRest();
    assertThat(browser.text("main")).contains("birds", "plants").doesNotContain("copy");
    assertThat(send("DELETE", "v1/collections/birds/snapshots/monday", "")).isEqualTo(200);
  }

  @Test
  void aKeyThatIsNotRightIsToldWhy() throws Exception {
    String expired = keys.create("admin", "*");
    keys.expire(expired);
    String revoked = keys.create("admin", "*");
    keys.revoke(revoked);
    open("collections");
    // The server follows the file within about a second.
    browser.await(
        "the end of the key",
        () -> {
          type(expired);
          browser.await("a refusal", () -> !browser.text("dialog .wrong").isEmpty());
          return browser.text("dialog .wrong").contains("has expired");
        });
    type(revoked);
    browser.await("a refusal", () -> browser.text("dialog .wrong").contains("have been revoked"));
    type("nonsense");
    browser.await("a refusal", () -> browser.text("dialog .wrong").contains("siskin keys create"));
    type(readAll);
    browser.await("the page", () -> !browser.has("dialog[open]"));
    browser.awaitRest();
    assertThat(browser.text("main")).contains("birds");
    assertThat((String) browser.script("return JSON.stringify(localStorage)"))
        .doesNotContain("siskin_");
  }

  @Test
  void aKeyIsRevokedWhileThePageIsOpen() throws Exception {
    String key = keys.create("read", "birds");
    open("search?c=birds&q=number7");
    browser.await(
        "the key",
        () -> {
          if (browser.has("dialog[open]")) {
            type(key);
            browser.await(
                "an answer",
                () -> !browser.has("dialog[open]") || !browser.text("dialog .wrong").isEmpty());
          }
          return !browser.has("dialog[open]");
        });
    browser.find(".hit");
    browser.script("document.querySelector('textarea').value = 'number11'");
    keys.revoke(key);
    browser.await(
        "the form",
        () -> {
          if (browser.has("dialog[open]")) {
            return true;
          }
          // A search that waits for a key is still at work.
          if (!browser.has("[aria-busy=true]")) {
            browser.button("Search").click();
          }
          return false;
        });
    assertThat(browser.text("dialog .wrong")).contains("may have been revoked");
    type(admin);
    browser.await("the page", () -> !browser.has("dialog[open]"));
    browser.await("the answer", () -> browser.text(".hit-why").contains("number11"));
    assertThat((String) browser.script("return location.hash")).contains("number11");
  }
}
