package io.siskin.server.encode.remote;

import java.util.List;

/**
 * What a remote encoder says of itself.
 *
 * @param model its model; empty when it does not say
 * @param versions the versions that it serves; none when it does not say
 * @param details what else it says, one fact each, for people
 */
public record RemoteDescription(String model, List<String> versions, List<String> details) {
  /** It says nothing. */
  public static final RemoteDescription NONE = new RemoteDescription("", List.of(), List.of());

  /** Copies the lists. */
  public RemoteDescription {
    versions = List.copyOf(versions);
    details = List.copyOf(details);
  }
}
