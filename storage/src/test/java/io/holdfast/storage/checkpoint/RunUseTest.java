package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.store.FileUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunUseTest {
  @TempDir Path run;

  @Test
  void everyByteIsCountedOnceAndHasAnOwner() throws Exception {
    write("ckpt-t1r1-10.index", 10);
    write("ckpt-t1r1-10.data-00000-of-00002", 20);
    write("ckpt-t1r1-10.data-00001-of-00002", 1000);
    write("ckpt-t1r1-10.parity", 1001);
    write("ckpt-t1r1-20.index", 11);
    write("ckpt-t1r1-20.data-00000-of-00002", 21);
    Files.createLink(
        run.resolve("ckpt-t1r1-20.data-00001-of-00002"),
        run.resolve("ckpt-t1r1-10.data-00001-of-00002"));
    write("ckpt-t1r1-30.data-00001-of-00002", 30);
    write("checkpoint", 7);
    write("events.out.tfevents.1", 8);
    write("events.out.tfevents.2", 9);
    write(".holdfast/leader", 1);
    write(".holdfast/logs/worker.log", 2);
    write(".holdfast/quarantine/ckpt-t1r1-5.index", 3);
    write(".holdfast/terms/1-00/claim.json", 4);
    write("notes.txt", 5);
    write("sub/ckpt-t1r1-10.index", 6);
    Files.createSymbolicLink(run.resolve(".holdfast/loop"), run);

    RunUse use = RunUse.of(FileUse.below(run.toUri()));
    assertThat(use.checkpoints())
        .containsExactly(
            new RunUse.CheckpointUse(new Prefix(1, 1, 10), 10, 1020, 1001, 0),
            new RunUse.CheckpointUse(new Prefix(1, 1, 20), 11, 21, 0, 1000));
    assertThat(use.unfinished()).isEqualTo(Map.of(new Prefix(1, 1, 30), 30L));
    assertThat(use.holdfast())
        .containsEntry("leader", 1L)
        .containsEntry("logs", 2L)
        .containsEntry("quarantine", 3L)
        .containsEntry("terms", 4L);
    assertThat(use.events()).isEqualTo(17);
    assertThat(use.state()).isEqualTo(7);
    assertThat(use.unaccounted())
        .extracting(FileUse::name)
        .containsExactly("notes.txt", "sub/ckpt-t1r1-10.index");
    long link = use.holdfast().get("loop");
    assertThat(use.bytes())
        .isEqualTo(10 + 1020 + 1001 + 11 + 21 + 30 + 7 + 17 + 1 + 2 + 3 + 4 + 5 + 6 + link);
  }

  private void write(String name, int bytes) throws IOException {
    Path file = run.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[bytes]);
  }
}
