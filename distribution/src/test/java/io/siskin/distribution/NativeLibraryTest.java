package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which entries of jars are native libraries, and of which platform. */
final class NativeLibraryTest {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final byte[] TEXT = "text".getBytes(StandardCharsets.US_ASCII);

  @ParameterizedTest
  @CsvSource({
    "META-INF/native/libio_grpc_netty_tcnative_linux_x86_64.so, linux, x86_64",
    "META-INF/native/libio_grpc_netty_tcnative_linux_aarch_64.so, linux, aarch64",
    "META-INF/native/libnetty_transport_native_epoll_x86_64.so, linux, x86_64",
    "META-INF/native/libnetty_transport_native_epoll_riscv64.so, linux, riscv64",
    "META-INF/native/libnetty_transport_native_io_uring42_x86_64.so, linux, x86_64",
    "META-INF/native/libnetty_transport_native_kqueue_aarch_64.jnilib, macos, aarch64",
    "META-INF/native/io_grpc_netty_tcnative_windows_x86_64.dll, windows, x86_64",
    "jni/x86_64-Linux/libjffi-1.2.so, linux, x86_64",
    "jni/ppc-AIX/libjffi-1.2.a, aix, ppc",
    "jni/Darwin/libjffi-1.2.jnilib, macos, ''",
    "jni/x86_64-SunOS/libjffi-1.2.so, sunos, x86_64",
    "org/jline/nativ/Linux/arm64/libjlinenative.so, linux, aarch64",
    "org/jline/nativ/Mac/arm64/libjlinenative.jnilib, macos, aarch64",
    "ai/onnxruntime/native/linux-x64/libonnxruntime.so, linux, x86_64",
    "ai/onnxruntime/native/osx-aarch64/lib.dylib.dSYM/Contents/Info.plist, macos, aarch64",
    "native/lib/win-x86_64/cpu/libgcc_s_seh-1.dll, windows, x86_64",
    "linux/amd64/libzstd-jni-1.5.7-28.so, linux, x86_64",
    "linux/i386/libzstd-jni-1.5.7-28.so, linux, i386",
    "darwin/x86_64/libzstd-jni-1.5.7-28.dylib, macos, x86_64"
  })
  void thePathNamesThePlatform(String path, String system, String architecture) {
    assertThat(NativeLibrary.of(path, TEXT))
        .contains(new NativeLibrary(path, system, architecture));
  }

  @Test
  void aLibraryWithoutAnExtensionIsKnownByItsFirstBytes() {
    assertThat(NativeLibrary.of("linux/amd64/tool", ELF))
        .contains(new NativeLibrary("linux/amd64/tool", "linux", "x86_64"));
    assertThat(NativeLibrary.of("linux/amd64/tool", TEXT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io/netty/channel/epoll/Native.class",
        "META-INF/native-image/linux/reflect-config.json",
        "linux/readme.txt",
        "META-INF/services/x.so.Provider"
      })
  void otherFilesAreNone(String path) {
    assertThat(NativeLibrary.of(path, TEXT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"native/libnew.so", "haiku/amd64/libnew.so", "linux/alpha/libnew.so"})
  void aLibraryOfAnUnknownPlatformEndsTheBuild(String path) {
    assertThatThrownBy(() -> NativeLibrary.of(path, ELF))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path)
        .hasMessageContaining("allowed: one that NativeLibrary.java lists");
  }

  @ParameterizedTest
  @CsvSource({
    "linux-x86_64, linux, x86_64, true",
    "linux-x86_64, linux, aarch64, false",
    "linux-x86_64, macos, x86_64, false",
    "linux-x86_64, linux, i386, false",
    "linux-aarch64, linux, aarch64, true",
    "linux-aarch64, linux, x86_64, false",
    "linux-aarch64, macos, '', false",
    "all, windows, x86_64, true",
    "all, macos, '', true"
  })
  void aTargetTakesWhatIsForIt(String target, String system, String architecture, boolean isTaken) {
    assertThat(Target.of(target).takes(new NativeLibrary("x", system, architecture)))
        .isEqualTo(isTaken);
  }

  @Test
  void anUnknownTargetIsRefused() {
    assertThatThrownBy(() -> Target.of("linux"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("siskin.target is linux; allowed: linux-x86_64, linux-aarch64, all");
  }
}
