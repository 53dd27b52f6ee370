package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.testing.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium. {@code SISKIN_CHROMIUM} and {@code SISKIN_CHROMEDRIVER} name its programs
 * where they are not in the usual place. Used by one thread, which closes it.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChromeDriver driver;
  private final String axe;

  private Browser(ChromeDriver driver, String axe) {
    this.driver = driver;
    this.axe = axe;
  }

  /** Starts one. Leaves the test out where no browser is installed. */
  static Browser start() throws IOException {
    Path chromium = program("SISKIN_CHROMIUM", "/usr/bin/chromium");
    Path chromedriver = program("SISKIN_CHROMEDRIVER", "/usr/bin/chromedriver");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.addArguments(
        "--headless=new",
        // The kernel of a container may forbid the sandbox. Only pages of the tests are opened.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--window-size=1280,900");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("SE_OFFLINE", "true");
    environment.put("SE_AVOID_STATS", "true");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.toFile())
            .usingAnyFreePort()
            .withEnvironment(environment)
            .withSilent(true)
            .build();
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      assertThat(in).as("axe.min.js of axe-core").isNotNull();
      String axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Browser(new ChromeDriver(service, options), axe);
    }
  }

  private static Path program(String variable, String usual) {
    Path path = Path.of(System.getenv().getOrDefault(variable, usual));
    Needs.require(Files.isExecutable(path), "Chromium and its driver", path);
    return path;
  }

  /** Opens an address from nothing, with nothing kept of pages before. */
  void open(String address) {
    driver.get("about:blank");
    driver.get(address);
    awaitRest();
  }

  /** Waits until the page has loaded what it shows. */
  void awaitRest() {
    await(
        "the page to rest",
        () ->
            Boolean.TRUE.equals(
                script(
                    "return document.readyState === 'complete'"
                        + " && document.querySelector('h1, dialog[open]') !== null"
                        + " && document.querySelector('.loading, [aria-busy=true]') === null")));
  }

  /** Waits for something, for as long as a busy machine may need. */
  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime())
          .as("waiting for %s at %s:%n%s", what, driver.getCurrentUrl(), text("body"))
          .isLessThan(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (StaleElementReferenceException | JavascriptException changing) {
      // The page is being replaced.
      return false;
    }
  }

  /** Waits for an element of a CSS selector, and returns the first one that is shown. */
  WebElement find(String selector) {
    await(selector, () -> shown(selector) != null);
    return driver.findElements(By.cssSelector(selector)).stream()
        .filter(WebElement::isDisplayed)
        .findFirst()
        .orElseThrow();
  }

  private Object shown(String selector) {
    return script(
        "return [...document.querySelectorAll(arguments[0])].find(e => e.checkVisibility()) ??"
            + " null",
        selector);
  }

  /** Tells whether an element of a CSS selector is shown now. */
  boolean has(String selector) {
    return shown(selector) != null;
  }

  /** Returns the button or link with a name that is shown; of several, the last one. */
  WebElement button(String name) {
    List<WebElement> found = new ArrayList<>();
    await(
        "the button " + name,
        () -> {
          found.clear();
          for (WebElement one : driver.findElements(By.cssSelector("button, a"))) {
            if (one.isDisplayed() && one.getText().equals(name)) {
              found.add(one);
            }
          }
          return !found.isEmpty();
        });
    return found.getLast();
  }

  /** Returns the text that is shown of the first element of a CSS selector. */
  String text(String selector) {
    Object text = script("return document.querySelector(arguments[0])?.innerText ?? ''", selector);
    return String.valueOf(text);
  }

  /** Runs a script in the page. */
  Object script(String code, Object... arguments) {
    return driver.executeScript(code, arguments);
  }

  /** Presses keys, wherever the focus is. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Presses the tab key until the element with the focus has a text, as a person would. */
  void tabTo(String text) {
    for (int i = 0; i < 200; i++) {
      if (driver.switchTo().activeElement().getText().equals(text)) {
        return;
      }
      press(Keys.TAB);
    }
    throw new AssertionError("the tab key does not come to " + text);
  }

  /** Makes the window as wide as a phone or a screen. */
  void resize(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
    // A window has a least width, a page has not.
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Says which theme the system has. */
  void prefer(String theme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
  }

  /** Returns what is not accessible on the page, in words, after axe-core. */
  List<String> barriers() throws IOException {
    driver.executeScript(axe);
    Object result =
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "axe.run(document, {resultTypes: ['violations']})"
                + ".then(r => done(JSON.stringify(r.violations)), e => done(String(e)));");
    List<String> barriers = new ArrayList<>();
    for (JsonNode violation : JSON.readTree(String.valueOf(result))) {
      for (JsonNode node : violation.get("nodes")) {
        barriers.add(
            violation.get("id").asText()
                + " at "
                + node.get("target")
                + ": "
                + node.get("failureSummary").asText());
      }
    }
    return barriers;
  }

  /** Returns what the console of the browser has had to say since the last call. */
  List<String> messages() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Returns the addresses that pages have asked for since the last call. */
  List<String> requests() throws IOException {
    List<String> addresses = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE).getAll()) {
      JsonNode message = JSON.readTree(entry.getMessage()).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        addresses.add(message.path("params").path("request").path("url").asText());
      }
    }
    return addresses;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
