package io.siskin.server.encode.kernel;

/** {@link ProjectionKernel} one product at a time: the obviously right twin. */
final class ScalarProjectionKernel implements ProjectionKernel {
  @Override
  public void raise(
      float[] panel,
      int size,
      float[] bias,
      int term,
      float[] hidden,
      int[] rows,
      int first,
      int end,
      float[] maxima) {
    for (int row = first; row < end; row++) {
      for (int v = 0; v < PANEL_TERMS; v++) {
        float logit = bias[term + v];
        for (int h = 0; h < size; h++) {
          logit = Math.fma(panel[PANEL_TERMS * h + v], hidden[rows[row] + h], logit);
        }
        if (logit > maxima[term + v]) {
          maxima[term + v] = logit;
        }
      }
    }
  }
}
