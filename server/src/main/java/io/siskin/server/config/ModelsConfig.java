package io.siskin.server.config;

import java.nio.file.Path;
import java.util.List;

/** The models that encode texts. */
public record ModelsConfig(
    @Setting(
            doc =
                "Model directories to encode texts with over the encode service, by the folder's"
                    + " name; dense models too. As an option it may be repeated.",
            label = "DIR",
            allowed = "folders with an encoder.yaml",
            defaultText = "the models of the collections only",
            flags = "--model")
        List<Path> dirs,
    @Section("What computes models.") InferenceConfig inference) {}
