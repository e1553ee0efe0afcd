package io.holdfast.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.Stores;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store contract on a real HDFS, and what the store rests on. */
class HdfsStoreTest extends ServerStoreContract {
  private static HdfsCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = HdfsCluster.shared();
  }

  @Override
  URI uri(String path) {
    return cluster.uri(path);
  }

  @Test
  void withoutAHostItLiesOnTheFileSystemOfTheConfiguration() throws IOException {
    ObjectStore store = Stores.openOrMake(URI.create("hdfs:" + run().getPath()));
    assertThat(store.location()).isEqualTo(run());
    assertThat(Stores.open(run()).location()).isEqualTo(run());
  }

  /**
   * The rename of a claim takes the zombie's open file along; it can finish it, but not name it.
   */
  @Test
  void whatAWokenLeaderHasOpenNeverGetsAName() throws Exception {
    claim(open());
    try (DistributedFileSystem client = cluster.client()) {
      Path terms = new Path(run().getPath(), ".holdfast/terms");
      Path token = only(client, terms).getPath();
      Path temp = new Path(token, "temp~99");
      FSDataOutputStream zombie = client.createFile(temp).overwrite(false).build();
      zombie.write("zombie".getBytes(UTF_8));
      zombie.hflush();

      Path next = new Path(terms, "2-00000000000000aa");
      client.rename(token, next, Options.Rename.OVERWRITE);

      zombie.write("!".getBytes(UTF_8));
      zombie.close();
      assertThat(client.getFileStatus(new Path(next, "temp~99")).getLen()).isEqualTo(7);
      Path index = new Path(run().getPath(), "x.index");
      for (Options.Rename option : Options.Rename.values()) {
        assertThatThrownBy(() -> client.rename(temp, index, option))
            .isInstanceOf(FileNotFoundException.class);
      }
      assertThatThrownBy(() -> client.createFile(temp).overwrite(false).build())
          .isInstanceOf(FileNotFoundException.class);
    }
  }

  /** The next claim removes what its predecessor has open, which then cannot even be closed. */
  @Test
  void aClaimRemovesWhatItsPredecessorHasOpen() throws Exception {
    ObjectStore store = open();
    claim(store);
    try (DistributedFileSystem client = cluster.client()) {
      Path token = only(client, new Path(run().getPath(), ".holdfast/terms")).getPath();
      FSDataOutputStream zombie =
          client.createFile(new Path(token, "temp~99")).overwrite(false).build();
      zombie.write("zombie".getBytes(UTF_8));
      zombie.hflush();
      Tenure successor = claim(open());
      assertThatThrownBy(zombie::close).isInstanceOf(IOException.class);
      assertThat(publish(successor, "x.index", "mine")).isEqualTo(PublishOutcome.Status.PUBLISHED);
      assertThat(names(store, "")).containsExactly("x.index");
    }
  }

  private static FileStatus only(DistributedFileSystem client, Path directory) throws IOException {
    FileStatus[] found = client.listStatus(directory);
    assertThat(found).hasSize(1);
    return found[0];
  }

  /** A reader that opened the old one sees it whole. */
  @Test
  void aSmallObjectIsReadAsItWasWhenItWasOpened() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    tenure.replace("checkpoint", "old".getBytes(UTF_8));
    try (ObjectReader reader = store.open("checkpoint")) {
      tenure.replace("checkpoint", "newer".getBytes(UTF_8));
      ByteBuffer bytes = ByteBuffer.allocate((int) reader.length());
      reader.readFully(0, bytes);
      assertThat(new String(bytes.array(), UTF_8)).isEqualTo("old");
    }
  }

  /** A journal is read by others while its leader writes it. */
  @Test
  void whatIsSyncedIsReadWhileMoreIsWritten() throws IOException {
    try (ObjectWriter writer = open().append("journal")) {
      writer.write(ByteBuffer.wrap("one\n".getBytes(UTF_8)));
      writer.sync();
      assertThat(read(open(), "journal")).isEqualTo("one\n");
      writer.write(ByteBuffer.wrap("two\n".getBytes(UTF_8)));
      writer.sync();
      assertThat(read(open(), "journal")).isEqualTo("one\ntwo\n");
    }
  }
}
