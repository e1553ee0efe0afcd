package io.holdfast.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.file.JobFile;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.worker.protocol.WorkerEffect.WriteShards;
import io.holdfast.worker.protocol.WorkerEvent;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesFailed;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesWritten;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several files of one save at once, and that one which fails takes all with it. */
final class ShardFileWriterTest {
  private static final int DEADLINE_SECONDS = 60;

  @TempDir private Path directory;

  private final BlockingQueue<WorkerEvent> answers = new ArrayBlockingQueue<>(8);
  private final ShardFileWriter writer = new ShardFileWriter(answers::add, new ProgressWatch());
  private ObjectStore store;
  private ModelPlan plan;
  private SlicePlan slices;
  private StatePool pool;

  @BeforeEach
  void open() throws Exception {
    store = LocalStore.open(directory.resolve("run"));
    Path job =
        Files.writeString(
            directory.resolve("job.yaml"),
            """
            name: several
            seed: 1
            model:
              input: [2]
              layers: [{dense: {units: 3}}, {dense: {units: 4}}, {dense: {units: 1}}]
            loss: mean_squared_error
            optimizer: adam
            data: {batch_size: 2, train: {random: {shape: [2], samples: 4, target: [1]}}}
            steps: 10
            mesh: {shards: 1, model: 1, threads: 1, isa: avx2}
            """);
    plan = ModelPlan.of(JobFile.read(job));
    slices = SlicePlan.of(plan);
    pool = new StatePool(plan, new BufferPool());
  }

  /** As many files as there are groups of slices, one in each. */
  private WriteShards order() {
    List<ShardOrder> files = new ArrayList<>();
    for (SliceGroup group : slices.groups()) {
      files.add(new ShardOrder(files.size() + 1, false, List.of(group.index())));
    }
    return new WriteShards("p", 1, files, files.size() + 1, "");
  }

  private WorkerEvent write(WriteShards order) throws InterruptedException {
    StateBuffers state = pool.take(slices.groups());
    writer.write(order, slices, store, new FrozenFiles(store, 1), new Snapshot(pool, state));
    WorkerEvent answer = answers.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    pool.release(state);
    return answer;
  }

  @Test
  void eachFileIsToldInTheOrderAskedForAndHoldsItsSlices() throws Exception {
    WriteShards order = order();
    ShardFilesWritten written = (ShardFilesWritten) write(order);
    assertThat(written.files().stream().map(ShardFile::shard))
        .isEqualTo(order.files().stream().map(ShardOrder::shard).toList());
    for (int i = 0; i < slices.groups().size(); i++) {
      SliceGroup group = slices.groups().get(i);
      ShardFile file = written.files().get(i);
      assertThat(file.pieces()).hasSize(group.slices().size());
      assertThat(file.lengthBytes()).isEqualTo(group.bytes());
    }
    assertThat(store.list("").stream().map(ObjectInfo::length))
        .containsExactlyElementsOf(written.files().stream().map(ShardFile::lengthBytes).toList());
  }

  @Test
  void oneThatFailsTakesAllWithIt() throws Exception {
    WriteShards order = order();
    Files.createDirectory(directory.resolve("run/p.data-00003-of-" + digits(order.numShards())));
    ShardFilesFailed failed = (ShardFilesFailed) write(order);
    assertThat(failed.shard()).isEqualTo(3);
    assertThat(failed.reason()).startsWith("p.data-00003-of-");
    assertThat(store.list("")).isEmpty();
    for (int i = 0; i < StatePool.STATES; i++) {
      pool.take(slices.groups());
    }
  }

  private static String digits(int shards) {
    return "%05d".formatted(shards);
  }
}
