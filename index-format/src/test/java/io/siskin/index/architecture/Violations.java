package io.siskin.index.architecture;

import io.siskin.index.build.BuildProgress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import jdk.incubator.vector.IntVector;
import org.apache.lucene.util.FixedBitSet;

/** For each rule, one class that breaks it. A rule that cannot fail would protect nothing. */
@SuppressWarnings({"DefaultCharset", "StringCaseLocaleUsage", "unused"})
final class Violations {
  private Violations() {}

  static final class Vector {
    int lanes() {
      return IntVector.SPECIES_PREFERRED.length();
    }
  }

  static final class Lucene {
    int none() {
      return FixedBitSet.bits2words(0);
    }
  }

  static final class OwnsMemory {
    void allocate() {
      Arena.ofAuto().allocate(1);
    }
  }

  static final class MapsFiles {
    Object map(FileChannel channel) throws IOException {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, 1);
    }
  }

  static final class Console {
    void print() {
      System.out.println();
    }
  }

  static final class Permissions {
    Path make(Path folder) throws IOException {
      return Files.createTempDirectory(folder, "x");
    }
  }

  static final class Chance {
    int draw() {
      return new Random().nextInt();
    }
  }

  static final class CharacterSet {
    Object read() {
      return new InputStreamReader(new ByteArrayInputStream(new byte[0]));
    }
  }

  static final class Language {
    String lower(String text) {
      return text.toLowerCase();
    }
  }

  static final class Builds {
    BuildProgress progress() {
      return BuildProgress.NONE;
    }
  }
}
