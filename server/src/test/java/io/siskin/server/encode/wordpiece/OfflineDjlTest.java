package io.siskin.server.encode.wordpiece;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Opens a tokenizer in a fresh JVM without any of our flags, where every URL that is about to be
 * connected to is recorded and refused.
 */
final class OfflineDjlTest {
  @Test
  void openingATokenizerConnectsNowhere() throws Exception {
    assertThat(runIsolated("tokenize")).isEqualTo("attempts: 0");
  }

  /**
   * Shows that the recorder would have seen it: the same library, told nothing, tries to connect.
   */
  @Test
  void theLibraryLeftAloneWouldConnect() throws Exception {
    assertThat(runIsolated("left alone")).matches("attempts: [1-9]\\d*");
  }

  private static String runIsolated(String what) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Isolated.class.getName(),
                what)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output.substring(output.lastIndexOf('\n') + 1); // loggers may print before it
  }

  /** The program of the fresh JVM. */
  static final class Isolated {
    private Isolated() {}

    public static void main(String[] arguments) throws IOException {
      Recorder recorder = new Recorder();
      // Not a ProxySelector: the library asks for connections without a proxy.
      URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? recorder : null);
      if (arguments[0].equals("tokenize")) {
        try (WordPieceAnalyzer analyzer =
            WordPieceAnalyzer.open("small", WordPieceAnalyzerTest.smallJson(), 10)) {
          analyzer.analyze("moths", _ -> {});
        }
      } else {
        System.setProperty("ai.djl.offline", "false");
        System.setProperty("OPT_OUT_TRACKING", "false");
        HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(WordPieceAnalyzerTest.smallJson()), new HashMap<>())
            .close();
      }
      System.out.println("attempts: " + recorder.attempts);
    }
  }

  private static final class Recorder extends URLStreamHandler {
    private int attempts;

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      attempts++;
      System.err.println("refused to connect to " + url);
      throw new ConnectException("no connections in tests");
    }

    @Override
    protected URLConnection openConnection(URL url, Proxy proxy) throws IOException {
      return openConnection(url);
    }
  }
}
