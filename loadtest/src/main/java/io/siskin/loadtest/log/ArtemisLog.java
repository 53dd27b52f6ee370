package io.siskin.loadtest.log;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The journal of Apache ActiveMQ Artemis over NIO. It is called by reflection, because a build of
 * Siskin should not depend on it and on the ten libraries that it needs.
 */
final class ArtemisLog implements DurableLog {
  private static final String PACKAGE = "org.apache.activemq.artemis.core.";
  private static final int FILE_LENGTH = 64 << 20;
  private static final int BUFFER_LENGTH = 490 * 1024;

  private final AtomicLong ids = new AtomicLong();
  private final Object journal;
  private final Method append;

  /**
   * @param libraries a folder with the jars of the journal
   * @param directory an empty folder
   * @param bufferNanos how long its buffer gathers appends before it writes them, in nanoseconds; 0
   *     for no buffer
   */
  ArtemisLog(Path libraries, Path directory, int bufferNanos) throws IOException {
    try {
      ClassLoader loader = new URLClassLoader(jars(libraries));
      Class<?> factoryType = loader.loadClass(PACKAGE + "io.nio.NIOSequentialFileFactory");
      Class<?> factoryInterface = loader.loadClass(PACKAGE + "io.SequentialFileFactory");
      Constructor<?> factory =
          factoryType.getConstructor(
              File.class, boolean.class, int.class, int.class, int.class, boolean.class);
      Object files =
          factory.newInstance(
              directory.toFile(), bufferNanos > 0, BUFFER_LENGTH, bufferNanos, 1, false);
      factoryInterface.getMethod("start").invoke(files);
      Class<?> type = loader.loadClass(PACKAGE + "journal.impl.JournalImpl");
      journal =
          type.getConstructor(
                  int.class,
                  int.class,
                  int.class,
                  int.class,
                  int.class,
                  factoryInterface,
                  String.class,
                  String.class,
                  int.class)
              .newInstance(FILE_LENGTH, 2, 2, 0, 0, files, "log", "wal", 1);
      append =
          type.getMethod("appendAddRecord", long.class, byte.class, byte[].class, boolean.class);
      type.getMethod("start").invoke(journal);
      type.getMethod("loadInternalOnly").invoke(journal);
    } catch (ReflectiveOperationException failed) {
      throw new IOException("the journal cannot be opened", failed);
    }
  }

  private static URL[] jars(Path libraries) throws IOException {
    try (Stream<Path> files = Files.list(libraries)) {
      return files.map(ArtemisLog::url).toArray(URL[]::new);
    }
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException impossible) {
      throw new AssertionError("a file has a URL", impossible);
    }
  }

  @Override
  public void append(byte[] payload) throws IOException {
    try {
      append.invoke(journal, ids.incrementAndGet(), (byte) 1, payload, true);
    } catch (ReflectiveOperationException failed) {
      throw new IOException("the journal refused a record", failed);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      journal.getClass().getMethod("stop").invoke(journal);
    } catch (ReflectiveOperationException failed) {
      throw new IOException("the journal cannot be closed", failed);
    }
  }
}
