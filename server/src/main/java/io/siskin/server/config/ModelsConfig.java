package io.siskin.server.config;

import java.nio.file.Path;
import java.util.List;

/** The models that encode texts. */
public record ModelsConfig(
    @Setting(
            doc =
                "Model directories by the folder's name: with an encoder.yaml to encode texts over"
                    + " the encode service, dense models too; with a ranker.yaml to rank documents"
                    + " in ranking trees. As an option it may be repeated.",
            label = "DIR",
            allowed = "folders with an encoder.yaml or a ranker.yaml",
            defaultText = "the models of the collections only",
            flags = "--model")
        List<Path> dirs,
    @Section("What computes models.") InferenceConfig inference) {}
