package io.siskin.loadtest.load;

import io.siskin.loadtest.load.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code loadtest/load report}: the page of results that were written earlier. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Makes the page with plots again from a file of results.")
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class ReportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RESULT.json", description = "Results of run --out.")
  private Path result;

  @Parameters(index = "1", paramLabel = "PAGE.html", description = "The page to write.")
  private Path page;

  @Override
  public Integer call() throws IOException {
    Files.writeString(page, HtmlReport.of(ResultJson.read(result)));
    return 0;
  }
}
