package io.siskin.loadtest.load.scenario;

import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.schedule.RateStage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads rates as they are written on the command line. */
public final class RateText {
  private static final String NUMBER = "(\\d+(?:\\.\\d+)?)";
  private static final Pattern RAMP =
      Pattern.compile(NUMBER + "\\.\\." + NUMBER + "/" + NUMBER + "s");
  private static final Pattern STEP = Pattern.compile(NUMBER);

  private RateText() {}

  /**
   * Reads a ramp.
   *
   * @param text for example {@code 100..5000/60s}: from 100 to 5,000 calls a second in 60 seconds
   * @throws InvalidInputException when it is written in another way, or out of range
   */
  public static RateStage ramp(String text) {
    Matcher parts = RAMP.matcher(text);
    if (!parts.matches()) {
      throw new InvalidInputException(
          "--ramp", text, "FROM..TO/SECONDSs, for example 100..5000/60s");
    }
    return new RateStage(number(parts, 1), number(parts, 2), number(parts, 3), true);
  }

  /**
   * Reads steps.
   *
   * @param text for example {@code 500,1000,2000}
   * @param seconds how long each is
   * @throws InvalidInputException when it is written in another way, or out of range
   */
  public static List<RateStage> steps(String text, double seconds) {
    List<RateStage> stages = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      Matcher rate = STEP.matcher(word);
      if (!rate.matches()) {
        throw new InvalidInputException(
            "--steps", text, "calls a second with commas between, for example 500,1000,2000");
      }
      stages.add(RateStage.constant(number(rate, 1), seconds));
    }
    return stages;
  }

  private static double number(Matcher parts, int group) {
    return Double.parseDouble(parts.group(group));
  }
}
