package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.BundleVerifier.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage to a checkpoint is found. Every mutation of every file must be a finding of the verifier,
 * and for a reader either an exception that names a file, or the very values that were written.
 */
class MutationTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/tf218");

  private MemoryObjects objects;
  private BundleFiles files;
  private Map<String, String> values;

  @BeforeEach
  void readUndamaged() throws Exception {
    use("sharded", "ckpt-5");
  }

  private void use(String directory, String prefix) throws Exception {
    objects = MemoryObjects.of(GOLDEN.resolve(directory));
    files = new BundleFiles(prefix);
    values = readAll(objects);
  }

  @ParameterizedTest
  @CsvSource({"tiny, ckpt", "dtypes, ckpt", "sharded, ckpt-5"})
  void findsEveryFlippedBit(String directory, String prefix) throws Exception {
    use(directory, prefix);
    for (String file : objects.all().keySet()) {
      byte[] sound = objects.get(file);
      for (int at = 0; at < sound.length; at++) {
        for (int mask : new int[] {1, 0x80, 0xff}) {
          byte[] bytes = sound.clone();
          bytes[at] ^= (byte) mask;
          requireFound(file, bytes, "byte " + at + " ^ " + mask);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny, ckpt", "dtypes, ckpt", "sharded, ckpt-5"})
  void findsEveryTruncation(String directory, String prefix) throws Exception {
    use(directory, prefix);
    for (String file : objects.all().keySet()) {
      byte[] sound = objects.get(file);
      for (int length = 0; length < sound.length; length++) {
        requireFound(file, Arrays.copyOf(sound, length), "cut off at " + length);
      }
      requireFound(file, Arrays.copyOf(sound, sound.length + 1), "a byte behind");
    }
  }

  @Test
  void findsRandomMutations() throws Exception {
    long seed = 20261122;
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(objects.all().keySet());
    for (int round = 0; round < 5000; round++) {
      String file = names.get(random.nextInt(names.size()));
      byte[] bytes = mutate(objects.get(file), random);
      if (!Arrays.equals(bytes, objects.get(file))) {
        requireFound(file, bytes, "seed " + seed + ", round " + round);
      }
    }
  }

  /** Behind right checksums, nonsense still has to be refused, within bounds of time and memory. */
  @Test
  void survivesNonsenseWithRightChecksums() throws Exception {
    long seed = 7;
    Random random = new Random(seed);
    for (String directory : List.of("sharded", "dtypes", "objgraph")) {
      MemoryObjects sound = MemoryObjects.of(GOLDEN.resolve(directory));
      String index =
          sound.all().keySet().stream().filter(n -> n.endsWith(".index")).toList().get(0);
      files = BundleFiles.ofIndex(index).orElseThrow();
      List<TableReader.Entry> table = TableReader.read(index, sound.get(index));
      for (int round = 0; round < 4000; round++) {
        int victim = random.nextInt(table.size());
        TableWriter writer = new TableWriter();
        for (int i = 0; i < table.size(); i++) {
          TableReader.Entry entry = table.get(i);
          writer.add(entry.key(), i == victim ? mutate(entry.value(), random) : entry.value());
        }
        MemoryObjects damaged = sound.copy();
        damaged.put(index, writer.finish());
        try {
          readAll(damaged);
        } catch (DamagedCheckpointException e) {
          assertThat(e.file()).startsWith(files.prefix());
        } catch (RuntimeException e) {
          throw new AssertionError(directory + ", seed " + seed + ", round " + round, e);
        }
      }
    }
  }

  @Test
  void namesAMissingShardFile() throws Exception {
    MemoryObjects damaged = objects.copy();
    damaged.remove("ckpt-5.data-00001-of-00003");
    assertThat(verify(damaged, Origin.ANY))
        .containsExactly(
            new Finding("ckpt-5.data-00001-of-00003", Finding.Kind.MISSING, "is missing"));
  }

  private void requireFound(String file, byte[] bytes, String how) throws Exception {
    MemoryObjects damaged = objects.copy();
    damaged.put(file, bytes);
    List<Finding> findings = verify(damaged, Origin.HOLDFAST);
    assertThat(findings).as(file + ", " + how).isNotEmpty();
    assertThat(findings).extracting(Finding::file).as(how).containsOnly(file);
    try {
      assertThat(readAll(damaged)).as(file + ", " + how).isEqualTo(values);
    } catch (DamagedCheckpointException e) {
      assertThat(e.file()).as(how).isEqualTo(file);
    }
  }

  private List<Finding> verify(MemoryObjects from, Origin origin) throws IOException {
    List<Finding> findings = new ArrayList<>();
    BundleVerifier.verify(files, from, origin, findings::add);
    return findings;
  }

  private Map<String, String> readAll(MemoryObjects from) throws Exception {
    Map<String, String> read = new LinkedHashMap<>();
    try (BundleReader reader = BundleReader.open(files, from)) {
      for (BundleEntry entry : reader.index().entries().values()) {
        read.put(entry.name(), entry.shape() + " " + value(reader, entry));
      }
    }
    return read;
  }

  private static String value(BundleReader reader, BundleEntry entry) throws Exception {
    if (entry.dtype() == DataType.STRING && !entry.isPartitioned()) {
      return reader.readStrings(entry.name()).stream().map(Arrays::toString).toList().toString();
    }
    if (!entry.dtype().hasFixedSize()) {
      return entry.dtype().toString();
    }
    ByteBuffer bytes = reader.read(entry.name());
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return Arrays.toString(copy);
  }

  private static byte[] mutate(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] = (byte) random.nextInt();
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 16), (byte) 0xff);
      case 3 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
      case 4 -> {
        int from = random.nextInt(bytes.length);
        int length = Math.min(random.nextInt(16), bytes.length - Math.max(from, at));
        System.arraycopy(sound, from, bytes, at, length);
      }
      default -> {
        byte[] longer = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, longer, 0, at);
        longer[at] = (byte) random.nextInt();
        System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
        bytes = longer;
      }
    }
    return bytes;
  }
}
