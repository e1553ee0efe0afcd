package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.store.LocalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryListingTest {
  @TempDir Path run;

  @Test
  void bytesThatCheckpointsShareAreCountedOnceAndStayWithTheLast() throws Exception {
    for (int step : new int[] {10, 20}) {
      Files.write(run.resolve("ckpt-t1r1-" + step + ".index"), new byte[step]);
      Files.write(run.resolve("ckpt-t1r1-" + step + ".data-00000-of-00002"), new byte[100]);
    }
    Path frozen = run.resolve("ckpt-t1r1-10.data-00001-of-00002");
    Files.write(frozen, new byte[1000]);
    Files.createLink(run.resolve("ckpt-t1r1-20.data-00001-of-00002"), frozen);
    CheckpointDirectory directory = new CheckpointDirectory(LocalStore.open(run));
    DirectoryListing both = directory.list();
    assertThat(both.bytes()).isEqualTo(10 + 20 + 2 * 100 + 1000);
    assertThat(both.checkpoints())
        .extracting(StoredCheckpoint::bytes)
        .containsExactly(1110L, 1120L);
    Files.delete(run.resolve("ckpt-t1r1-10.index"));
    assertThat(directory.list().bytes()).isEqualTo(20 + 100 + 1000);
  }
}
