package io.holdfast.model.kernel;

import com.sun.jna.Library;
import com.sun.jna.Native;
import io.holdfast.job.MeshSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Fixes what the native kernels' bits depend on - threads and instruction set - for the life of the
 * process, before the kernels are loaded: they read the environment once, when they are.
 */
public final class KernelEnvironment {
  private static final Path LOADED_LIBRARIES = Path.of("/proc/self/maps");
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final List<String> KERNEL_LIBRARIES =
      List.of("libnd4jcpu", "libopenblas", "libgomp", "libdnnl");

  private static Settings applied;

  private KernelEnvironment() {}

  /** What {@link #apply} comes to. */
  public sealed interface Outcome {
    /** The kernels are loaded and held to what the job says. */
    record Ready() implements Outcome {}

    /** The kernels cannot give the job's bits in this process. */
    record Refused(String reason) implements Outcome {}
  }

  private record Settings(int threads, MeshSpec.Isa isa) {}

  /** The C library's way to change the environment that native libraries see. */
  private interface CLibrary extends Library {
    int setenv(String name, String value, int overwrite);
  }

  /**
   * Loads the kernels with a job's threads and instruction set. Costs about a second, and some more
   * the first time on a machine, when libraries are unpacked. May be repeated with equal settings.
   */
  public static synchronized Outcome apply(MeshSpec mesh) {
    Settings wanted = new Settings(mesh.threads(), mesh.isa());
    if (wanted.equals(applied)) {
      return new Outcome.Ready();
    }
    Optional<String> obstacle = obstacle(wanted);
    if (obstacle.isPresent()) {
      return new Outcome.Refused(obstacle.get());
    }
    CLibrary c = Native.load("c", CLibrary.class);
    variables(wanted).forEach((name, value) -> set(c, name, value));
    System.setProperty("org.nd4j.log.initialization", "false");
    load(wanted.threads());
    applied = wanted;
    return new Outcome.Ready();
  }

  private static Optional<String> obstacle(Settings wanted) {
    if (applied != null) {
      return Optional.of(
          "kernels are already loaded with "
              + describe(applied)
              + "; a process cannot change to "
              + describe(wanted));
    }
    for (String library : KERNEL_LIBRARIES) {
      if (read(LOADED_LIBRARIES).contains(library)) {
        return Optional.of(library + " was loaded before mesh.threads and mesh.isa were applied");
      }
    }
    String needed = wanted.isa() == MeshSpec.Isa.AVX512 ? "avx512f" : "avx2";
    boolean has =
        read(PROCESSORS)
            .lines()
            .filter(line -> line.startsWith("flags"))
            .anyMatch(line -> List.of(line.split("\\s+")).contains(needed));
    return has
        ? Optional.empty()
        : Optional.of("mesh.isa " + name(wanted.isa()) + ": this machine's processor lacks it");
  }

  private static Map<String, String> variables(Settings settings) {
    boolean wide = settings.isa() == MeshSpec.Isa.AVX512;
    String threads = Integer.toString(settings.threads());
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("OMP_NUM_THREADS", threads);
    variables.put("OMP_DYNAMIC", "FALSE");
    variables.put("OPENBLAS_NUM_THREADS", threads);
    variables.put("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell");
    variables.put("ONEDNN_MAX_CPU_ISA", wide ? "AVX512_CORE" : "AVX2");
    variables.put("DNNL_MAX_CPU_ISA", wide ? "AVX512_CORE" : "AVX2");
    return variables;
  }

  private static void set(CLibrary c, String name, String value) {
    if (c.setenv(name, value, 1) != 0) {
      throw new IllegalStateException("setenv " + name + "=" + value + " failed");
    }
  }

  /**
   * Loads in a thread of its own: while it starts, ND4J sets the number of threads of whichever
   * thread loads it to the number of cores.
   */
  private static void load(int threads) {
    CompletableFuture<Void> loaded = new CompletableFuture<>();
    Thread loader =
        new Thread(
            () -> {
              try {
                Nd4j.getExecutioner();
                NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
                Nd4j.getEnvironment().setMaxThreads(threads);
                Nd4j.factory().blas().setMaxThreads(threads);
                loaded.complete(null);
              } catch (Throwable e) {
                loaded.completeExceptionally(e);
              }
            },
            "kernel-loader");
    loader.start();
    loaded.join();
    requireThreads(threads);
  }

  private static void requireThreads(int threads) {
    NativeOps operations = NativeOpsHolder.getInstance().getDeviceNativeOps();
    if (operations.ompGetMaxThreads() != threads) {
      throw new IllegalStateException(
          "kernels use " + operations.ompGetMaxThreads() + " threads, not " + threads);
    }
  }

  private static String describe(Settings settings) {
    return "threads " + settings.threads() + ", isa " + name(settings.isa());
  }

  private static String name(MeshSpec.Isa isa) {
    return isa.name().toLowerCase(Locale.ROOT);
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
