package io.siskin.server.config;

/** The searches that are searched again exactly. */
public record RecallSamplingConfig(
    @Setting(
            doc =
                "Which share of the approximate searches is searched again; 0 for none. Raising it"
                    + " tells sooner when recall falls.",
            min = 0,
            max = 1,
            defaultValue = "0.001")
        double share,
    @Setting(
            doc =
                "How much of one core the exact searches may take, above 0. What does not fit is"
                    + " left out and counted.",
            min = 0,
            max = 1,
            defaultValue = "0.02")
        double processorShare) {}
