package io.siskin.server.rank.scope;

/** A ranking model failed, or gave what is no finite number. It is not the caller's fault. */
public final class RankingModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an error.
   *
   * @param model the name of the model
   * @param what what happened
   */
  public RankingModelException(String model, String what) {
    super("ranking model " + model + ": " + what);
  }

  /**
   * Makes an error with its cause.
   *
   * @param model the name of the model
   * @param cause what happened
   */
  public RankingModelException(String model, Throwable cause) {
    super("ranking model " + model + ": " + cause.getMessage(), cause);
  }
}
