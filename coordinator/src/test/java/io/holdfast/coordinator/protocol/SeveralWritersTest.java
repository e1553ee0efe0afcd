package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WrittenPiece;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A worker that writes several shard files at once. */
final class SeveralWritersTest {

  private static Script training(OptionalInt writers, int streams, long... elements) {
    Script script = new Script(Script.planWithWriters(writers, streams, elements));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.empty());
    script.join(1, "w1");
    List<Integer> checksums = Collections.nCopies(elements.length, 7);
    script.say(1, new WorkerMessage.Restored(new Generation(1, 1), 0, checksums, List.of()));
    return script;
  }

  private static List<List<Integer>> files(int writers, long... elements) {
    return files(training(OptionalInt.of(writers), 1, elements));
  }

  private static List<List<Integer>> files(Script script) {
    script.stepDone(1);
    return script.lastSave().files().stream().map(ShardOrder::groups).toList();
  }

  @Test
  void slicesAreCutIntoFilesOfAboutEqualBytes() {
    assertThat(files(1, 4, 4, 4)).containsExactly(List.of(0, 1, 2));
    assertThat(files(2, 4, 4, 4, 4)).containsExactly(List.of(0, 1), List.of(2, 3));
    assertThat(files(3, 8, 1, 1, 8, 1)).containsExactly(List.of(0), List.of(1, 2, 3), List.of(4));
    assertThat(files(4, 4, 4)).as("no file is empty").containsExactly(List.of(0), List.of(1));
  }

  @Test
  void whereNobodyHasSaidHowManyTheStoreHasItsStreamsUnlessFilesGetShort() {
    long half = 64 << 20 >> 2;
    OptionalInt unsaid = OptionalInt.empty();
    assertThat(files(training(unsaid, 2, half, half))).hasSize(2);
    assertThat(files(training(unsaid, 1, half, half))).hasSize(1);
    assertThat(files(training(unsaid, 2, half, half - 1))).hasSize(1);
    assertThat(files(training(OptionalInt.of(1), 2, half, half))).hasSize(1);
    assertThat(files(training(unsaid, 2, 4, 4))).hasSize(1);
  }

  @Test
  void aSaveIsWrittenWhenAllItsFilesAre() {
    Script script = training(OptionalInt.of(2), 1, 4, 4);
    script.stepDone(1);
    Save save = script.lastSave();
    assertThat(save.numShards()).isEqualTo(3);
    script.say(1, new WorkerMessage.SnapshotTaken(script.generation(), save.prefix()));
    assertThat(script.state().save().orElseThrow().state()).isEqualTo(AttemptState.SNAPSHOT);
    assertThat(script.say(1, file(save.prefix(), 2, "w1"))).isEmpty();
    assertThat(script.say(1, file(save.prefix(), 1, "w0")))
        .containsExactly("WRITTEN " + save.prefix(), "commit " + save.prefix());
  }

  private static ShardWritten file(String prefix, int shard, String key) {
    return new ShardWritten(prefix, shard, 16, List.of(new WrittenPiece(key, 0, 0, 16, 99)));
  }
}
