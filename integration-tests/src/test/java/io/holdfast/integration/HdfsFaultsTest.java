package io.holdfast.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.Stores;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store while daemons of HDFS are killed, frozen, restarted and refuse. */
class HdfsFaultsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final int PIECE_BYTES = 1 << 18;
  private static final int PIECES = 20;

  private static HdfsCluster cluster;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private URI run;
  private ObjectStore store;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = HdfsCluster.shared();
  }

  @BeforeEach
  void openStore() throws IOException {
    run = cluster.uri("/faults/" + RUNS.incrementAndGet());
    store = Stores.openOrMake(run);
  }

  @AfterEach
  void everythingIsUpAgain() throws Exception {
    threads.shutdownNow();
    cluster.awaitDataNodes();
  }

  private Tenure claim() throws IOException {
    return ((ClaimOutcome.Won) store.claim(0)).tenure();
  }

  @Test
  void aWriteLivesThroughTheDeathOfADataNode() throws Exception {
    writeWith(() -> cluster.kill("datanode-1"));
    cluster.startDataNode(1);
  }

  @Test
  void aWriteLivesThroughAFrozenDataNode() throws Exception {
    writeWith(() -> cluster.freeze("datanode-2"));
    cluster.thaw("datanode-2");
  }

  @Test
  void aWriteLivesThroughARestartOfTheNameNode() throws Exception {
    writeWith(
        () -> {
          cluster.kill("namenode");
          cluster.startNameNode();
        });
  }

  /** Something that befalls the cluster. */
  private interface Fault {
    void strike() throws Exception;
  }

  /** Writes an object of several blocks with a fault in the middle, and reads it back. */
  private void writeWith(Fault fault) throws Exception {
    byte[] bytes = new byte[PIECE_BYTES * PIECES];
    new Random(7).nextBytes(bytes);
    try (ObjectWriter writer = store.create("large")) {
      for (int piece = 0; piece < PIECES; piece++) {
        writer.write(ByteBuffer.wrap(bytes, piece * PIECE_BYTES, PIECE_BYTES));
        if (piece == PIECES / 2) {
          fault.strike();
        }
      }
      writer.sync();
    }
    try (ObjectReader reader = store.open("large")) {
      ByteBuffer read = ByteBuffer.allocate((int) reader.length());
      reader.readFully(0, read);
      assertThat(read.array()).isEqualTo(bytes);
    }
  }

  /** Each index that the store acknowledged is there afterwards, whatever it was told meanwhile. */
  @Test
  void noAcknowledgedPublishIsLostWithTheNameNode() throws Exception {
    Tenure tenure = claim();
    AtomicInteger published = new AtomicInteger();
    int wanted = 60;
    Future<List<PublishOutcome>> publishing =
        threads.submit(
            () -> {
              List<PublishOutcome> bad = new ArrayList<>();
              while (published.get() < wanted) {
                String name = published.get() + ".index";
                PublishOutcome outcome = tenure.publish(name, name.getBytes(UTF_8));
                if (outcome.isThere()) {
                  published.incrementAndGet();
                } else if (outcome.status() != PublishOutcome.Status.UNKNOWN) {
                  bad.add(outcome);
                }
              }
              return bad;
            });
    for (int kills = 1; kills <= 2; kills++) {
      int next = kills * wanted / 3;
      Await.until(DEADLINE, () -> "no publish " + next, () -> published.get() >= next);
      cluster.kill("namenode");
      cluster.startNameNode();
    }
    assertThat(publishing.get()).as("failures that would give up a save").isEmpty();
    assertThat(store.list("")).hasSize(wanted);
    for (int i = 0; i < wanted; i++) {
      assertThat(new String(store.readSmall(i + ".index", 100), UTF_8)).isEqualTo(i + ".index");
    }
  }

  @Test
  void safeModeIsWaitedFor() throws Exception {
    Tenure tenure = claim();
    try (DistributedFileSystem client = cluster.client()) {
      client.setSafeMode(SafeModeAction.ENTER);
      List<Thread> publisher = new ArrayList<>();
      Future<EffectOutcome> replacing =
          threads.submit(
              () -> {
                publisher.add(Thread.currentThread());
                return tenure.replace("checkpoint", new byte[] {1});
              });
      Await.until(
          DEADLINE,
          () -> "does not wait",
          () -> !publisher.isEmpty() && publisher.get(0).getState() == Thread.State.TIMED_WAITING);
      assertThat(replacing).isNotDone();
      client.setSafeMode(SafeModeAction.LEAVE);
      assertThat(replacing.get().status()).isEqualTo(EffectOutcome.Status.DONE);
    }
  }

  @Test
  void aFrozenNameNodeIsWaitedFor() throws Exception {
    Tenure tenure = claim();
    cluster.freeze("namenode");
    Future<PublishOutcome> publishing =
        threads.submit(() -> tenure.publish("x.index", new byte[] {1}));
    assertThatThrownBy(() -> publishing.get(1, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    cluster.thaw("namenode");
    assertThat(publishing.get().isThere()).isTrue();
  }

  @Test
  void noSpaceIsAFailureWithItsReasonInOneLine() throws Exception {
    Tenure tenure = claim();
    try (DistributedFileSystem client = cluster.client()) {
      Path root = new Path(run.getPath());
      client.setQuota(root, HdfsConstants.QUOTA_DONT_SET, 1 << 20);
      ObjectWriter writer = store.create("large");
      assertThatThrownBy(
              () -> {
                writer.write(ByteBuffer.allocate(PIECE_BYTES));
                writer.sync();
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("quota")
          .message()
          .doesNotContain("\n");
      assertThatThrownBy(writer::close).isInstanceOf(IOException.class);
      PublishOutcome refused = tenure.publish("x.index", new byte[100]);
      assertThat(refused.status()).isEqualTo(PublishOutcome.Status.FAILED);
      assertThat(refused.reason()).contains("quota").doesNotContain("\n");
      store.delete("large");

      client.setQuota(root, 4, HdfsConstants.QUOTA_RESET);
      refused = tenure.publish("y.index", new byte[100]);
      assertThat(refused.reason()).contains("quota");
      client.setQuota(root, HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_RESET);
      assertThat(tenure.publish("x.index", new byte[100]).isThere()).isTrue();
    }
  }

  /** A writer whose lease somebody takes has not written anything, whatever it wrote. */
  @Test
  void aLostLeaseFailsTheWriter() throws Exception {
    ObjectWriter writer = store.create("mine");
    writer.write(ByteBuffer.wrap("holdfast".getBytes(UTF_8)));
    writer.sync();
    recoverLease("mine");
    assertThatThrownBy(
            () -> {
              writer.write(ByteBuffer.wrap("more".getBytes(UTF_8)));
              writer.sync();
              writer.close();
            })
        .isInstanceOf(IOException.class);
    assertThat(new String(store.readSmall("mine", 100), UTF_8)).startsWith("holdfast");
  }

  private void recoverLease(String name) throws Exception {
    try (DistributedFileSystem client = cluster.client()) {
      Path path = new Path(run.getPath(), name);
      Await.until(DEADLINE, () -> "lease not recovered", () -> client.recoverLease(path));
    }
  }

  /** The stream of a writer that died goes on with all that it had synced. */
  @Test
  void anAppendTakesTheLeaseOfADeadWriter() throws Exception {
    ObjectWriter dead = store.append("events");
    dead.write(ByteBuffer.wrap("one\n".getBytes(UTF_8)));
    dead.sync();
    try (ObjectWriter next = Stores.open(run).append("events")) {
      assertThat(next.position()).isEqualTo(4);
      next.write(ByteBuffer.wrap("two\n".getBytes(UTF_8)));
      next.sync();
    }
    assertThat(new String(store.readSmall("events", 100), UTF_8)).isEqualTo("one\ntwo\n");
    assertThatThrownBy(dead::close).isInstanceOf(IOException.class);
  }

  /** With no copy to be had a file is unreadable, not damaged and not gone. */
  @Test
  void aFileWithoutCopiesIsUnreadable() throws Exception {
    try (ObjectWriter writer = store.create("large")) {
      writer.write(ByteBuffer.allocate(PIECE_BYTES));
      writer.sync();
    }
    try (ObjectReader reader = store.open("large")) {
      for (int i = 1; i <= HdfsCluster.DATA_NODES; i++) {
        cluster.kill("datanode-" + i);
      }
      assertThatThrownBy(() -> reader.readFully(0, ByteBuffer.allocate(100)))
          .isExactlyInstanceOf(IOException.class);
      for (int i = 1; i <= HdfsCluster.DATA_NODES; i++) {
        cluster.startDataNode(i);
      }
      // The NameNode takes a while to notice either, so its count of DataNodes says nothing here.
      Await.until(DEADLINE, () -> "still unreadable", () -> isReadable(reader));
    }
  }

  private static boolean isReadable(ObjectReader reader) {
    try {
      reader.readFully(0, ByteBuffer.allocate(100));
      return true;
    } catch (IOException starting) {
      return false;
    }
  }
}
