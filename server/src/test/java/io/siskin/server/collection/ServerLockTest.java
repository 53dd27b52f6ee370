package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLockTest {
  @TempDir private Path folder;

  @Test
  void aSecondServerIsToldWhichProcessServes() throws IOException {
    DataDirectory data = new DataDirectory(folder);
    try (ServerLock _ = ServerLock.take(data)) {
      assertThatThrownBy(() -> ServerLock.take(data))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("another server serves this data directory")
          .hasMessageContaining("(process " + ProcessHandle.current().pid() + ")");
    }
    try (ServerLock again = ServerLock.take(data)) {
      assertThat(again).isNotNull();
    }
    assertThat(data.collections()).isEmpty();
  }

  @Test
  void whatAnotherProgramLeftInTheFileIsNoReasonNotToServe() throws IOException {
    Files.write(folder.resolve(".server-lock"), new byte[1_000]);
    try (ServerLock _ = ServerLock.take(new DataDirectory(folder))) {
      assertThat(Files.readString(folder.resolve(".server-lock")))
          .isEqualTo(ProcessHandle.current().pid() + "\n");
    }
  }
}
