package io.siskin.server.encode.spec;

import java.util.List;

/**
 * No encoder: documents and queries come as vectors. Text is refused with an {@link
 * io.siskin.index.error.InvalidInputException} that says so.
 */
public record VectorSpec() implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "vector";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public boolean encodesDocuments() {
    return false;
  }

  @Override
  public List<ResourceRef> resources() {
    return List.of();
  }
}
