package io.siskin.distribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Which licences the libraries of the archive may have. A library may have several, of which the
 * user chooses one: then one that is allowed is enough.
 */
final class LicencePolicy {
  /**
   * By the names that {@code THIRD-PARTY.txt} has, which are those of SPDX where there is one. A
   * licence that asks that whole programs be given under it, such as the GPL without the exception
   * for class paths, is not among them.
   */
  private static final Set<String> ALLOWED =
      Set.of(
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "BSD",
          "CC0-1.0",
          "EPL-1.0",
          "EPL-2.0",
          "GPL-2.0-with-classpath-exception",
          "MIT",
          "Unlicense",
          "WordNet");

  private LicencePolicy() {}

  /**
   * A library of the list of third parties.
   *
   * @param coordinates group, artifact and version, with colons between them
   * @param licences the names of its licences; the user may choose one
   */
  record Library(String coordinates, List<String> licences) {
    /** Returns whether it may be in the archive. */
    boolean isAllowed() {
      return licences.stream().anyMatch(ALLOWED::contains);
    }

    /** Returns how its jar begins: artifact and version. */
    String jarPrefix() {
      String[] parts = coordinates.split(":", -1);
      return parts[1] + "-" + parts[2];
    }
  }

  /**
   * Reads the list of third parties: the lines with tabs, which are coordinates, licences with a
   * semicolon between them, and an address.
   *
   * @param list the text of {@code THIRD-PARTY.txt}
   * @throws IllegalArgumentException when a line has another form
   */
  static List<Library> read(String list) {
    List<Library> libraries = new ArrayList<>();
    for (String line : list.lines().filter(each -> each.contains("\t")).toList()) {
      String[] columns = line.split("\t", -1);
      if (columns.length != 3 || columns[0].split(":", -1).length != 3) {
        throw new IllegalArgumentException(
            "THIRD-PARTY.txt has the line '"
                + line
                + "'; allowed: GROUP:ARTIFACT:VERSION, LICENCES and ADDRESS with tabs between"
                + " them");
      }
      libraries.add(
          new Library(
              columns[0], Arrays.stream(columns[1].split(";")).map(String::strip).toList()));
    }
    return libraries;
  }

  /**
   * Checks all libraries of a list.
   *
   * @throws IllegalArgumentException when one has no licence that is allowed
   */
  static void check(List<Library> libraries) {
    for (Library library : libraries) {
      if (!library.isAllowed()) {
        throw new IllegalArgumentException(
            "the library "
                + library.coordinates()
                + " has the licences "
                + library.licences()
                + "; allowed: one of "
                + ALLOWED.stream().sorted().toList()
                + ". Read its licence, then leave the library out or add the licence to"
                + " LicencePolicy.java");
      }
    }
  }
}
