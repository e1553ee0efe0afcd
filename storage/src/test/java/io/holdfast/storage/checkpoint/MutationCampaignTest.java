package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random mutations of every kind of file of a run, with checksums left wrong and put right. Each is
 * found; a checkpoint that is hit is never started from, and is mended bit for bit from its parity
 * file; no reader returns other bytes than were written, takes memory by a length that is not true,
 * or hangs. What befalls the file {@code checkpoint} has no effect.
 *
 * <p>{@code -Dmutations=10000} tries more; {@code -Dseed=N} begins elsewhere, and with {@code
 * -Dmutations=1} replays the one case that a failure names.
 */
class MutationCampaignTest {
  private static final int MUTATIONS = Integer.getInteger("mutations", 1000);

  /** Many times what reading the sound run takes, and far less than what forged lengths claim. */
  private static final long MOST_BYTES_ALLOCATED = 64L << 20;

  private static final long HANGS_AFTER_SECONDS = 60;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static Map<String, byte[]> sound;
  private static List<byte[]> others;
  private static Map<String, ByteBuffer> values;

  @BeforeAll
  static void writeRuns() throws Exception {
    sound = CampaignRun.files(1);
    others = new ArrayList<>(sound.values());
    others.addAll(CampaignRun.files(2).values());
    values = valuesRead(CampaignRun.store(sound));
  }

  @Test
  void everyMutationIsFoundAndNoneIsLoaded() throws Exception {
    String given = System.getProperty("seed", "");
    long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      for (long of = seed; of < seed + MUTATIONS; of++) {
        Random random = new Random(of);
        Mutation mutation = Mutation.draw(sound, CampaignRun.NEW, others, random);
        String what = "-Dseed=" + of + " -Dmutations=1: " + mutation;
        try {
          thread
              .submit(() -> require(mutation, random.nextBoolean(), what))
              .get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
          throw new AssertionError(what, e);
        }
      }
    } finally {
      thread.shutdownNow();
    }
  }

  private static Void require(Mutation mutation, boolean mends, String what) throws Exception {
    Map<String, byte[]> files = new TreeMap<>(sound);
    files.put(mutation.file(), mutation.bytes());
    ObjectStore store = CampaignRun.store(files);
    long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    requireFound(mutation, store, what);
    requireNotRead(mutation, store, what);
    long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(allocated).as(what).isLessThan(MOST_BYTES_ALLOCATED);
    requireNotStartedFrom(mutation, store, what);
    if (mends || !isHit(mutation)) {
      requireMended(store, what);
    } else {
      requirePutAside(store, what);
    }
    return null;
  }

  private static boolean isHit(Mutation mutation) {
    return mutation.kind() == Mutation.Kind.INDEX || mutation.kind() == Mutation.Kind.SHARD;
  }

  private static void requireFound(Mutation mutation, ObjectStore store, String what)
      throws IOException {
    VerificationReport report = new CheckpointDirectory(store).verifyWithParity(CampaignRun.NEW);
    assertThat(report.isDamaged()).as(what).isEqualTo(isHit(mutation));
    boolean parityIsHit = mutation.kind() == Mutation.Kind.PARITY;
    assertThat(report.parity().isEmpty()).as(what).isEqualTo(!parityIsHit);
    assertThat(report.isClean()).as(what).isEqualTo(mutation.kind() == Mutation.Kind.STATE);
  }

  /**
   * A reader gives the very values or none. An index that was forged to be another checkpoint's,
   * consistent in itself, is only found by its seal, which verification asks for; still it must be
   * read in bounds.
   */
  private static void requireNotRead(Mutation mutation, ObjectStore store, String what)
      throws IOException {
    Map<String, ByteBuffer> read = new HashMap<>();
    try {
      read.putAll(valuesRead(store));
    } catch (DamagedCheckpointException e) {
      assertThat(e.file()).as(what).startsWith(CampaignRun.NEW.toString());
    }
    if (mutation.kind() != Mutation.Kind.INDEX) {
      assertThat(values).as(what).containsAllEntriesOf(read);
    }
    if (mutation.kind() == Mutation.Kind.STATE) {
      try {
        CheckpointState.parse(mutation.file(), mutation.bytes());
      } catch (DamagedCheckpointException e) {
        assertThat(e.file()).as(what).isEqualTo(mutation.file());
      }
    }
  }

  private static Map<String, ByteBuffer> valuesRead(ObjectStore store)
      throws IOException, DamagedCheckpointException {
    Map<String, ByteBuffer> read = new HashMap<>();
    try (BundleReader reader = new CheckpointDirectory(store).open(CampaignRun.NEW)) {
      for (BundleEntry entry : reader.index().entries().values()) {
        if (entry.dtype().hasFixedSize()) {
          read.put(entry.name(), reader.read(entry.name()));
        } else if (entry.dtype() == DataType.STRING && !entry.isPartitioned()) {
          read.put(entry.name(), ByteBuffer.wrap(reader.readStrings(entry.name()).get(0)));
        }
      }
    }
    return read;
  }

  private static void requireNotStartedFrom(Mutation mutation, ObjectStore store, String what)
      throws IOException {
    RecoveryPlan plan = new CheckpointDirectory(store).plan();
    Prefix start = isHit(mutation) ? CampaignRun.OLD : CampaignRun.NEW;
    assertThat(plan.start()).as(what).contains(start);
  }

  /** As {@code run} and {@code repair} do it: all files are again what they were. */
  private static void requireMended(ObjectStore store, String what) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(store);
    assertThat(keeper.settle().isSettled()).as(what).isTrue();
    assertThat(keeper.repair(CampaignRun.NEW, true).isWhole()).as(what).isTrue();
    keeper.close();
    Map<String, byte[]> mended = CampaignRun.read(store);
    assertThat(mended.keySet()).as(what).isEqualTo(sound.keySet());
    mended.forEach((name, bytes) -> assertThat(bytes).as(what).isEqualTo(sound.get(name)));
    assertThat(keeper.directory().plan().start()).as(what).contains(CampaignRun.NEW);
  }

  /** Where there is no parity to mend it: it is moved away, and the one before is the newest. */
  private static void requirePutAside(ObjectStore store, String what) throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    assertThat(keeper.settle().isSettled()).as(what).isTrue();
    assertThat(keeper.accept(keeper.directory().plan()).isSettled()).as(what).isTrue();
    keeper.close();
    CheckpointState state =
        CheckpointState.parse(
            CheckpointState.FILE, CampaignRun.read(store).get(CheckpointState.FILE));
    assertThat(state.modelCheckpointPath()).as(what).isEqualTo(CampaignRun.OLD.toString());
    assertThat(keeper.directory().plan())
        .as(what)
        .extracting(RecoveryPlan::start, RecoveryPlan::damaged)
        .containsExactly(Optional.of(CampaignRun.OLD), List.of());
  }
}
