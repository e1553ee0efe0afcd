package io.holdfast.storage.checkpoint;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a copy says that begins a run of its own, in place of what its source says. It takes over no
 * metric, no best, no callbacks' state and no probe: those are of the source's run.
 *
 * @param runId of the new run
 * @param runStarted when it begins
 * @param job the new run's job, JSON as its owner writes it
 * @param dataPosition where its next step begins in its data
 * @param objectGraph TensorFlow's object graph of its variables, serialized
 * @param keys of the variables that go along, the new run's key by the source's; others stay behind
 * @param values variables that begin anew, whole, by the new run's key: row-major, little endian
 */
public record Fork(
    String runId,
    Instant runStarted,
    String job,
    DataPosition dataPosition,
    byte[] objectGraph,
    Map<String, String> keys,
    Map<String, ByteBuffer> values) {

  public Fork {
    objectGraph = objectGraph.clone();
    keys = Map.copyOf(keys);
    values = Map.copyOf(values);
  }

  @Override
  public byte[] objectGraph() {
    return objectGraph.clone();
  }

  CheckpointMetadata metadata(Prefix prefix) {
    return new CheckpointMetadata(
        prefix,
        runId,
        runStarted,
        job,
        dataPosition,
        Optional.empty(),
        "{}",
        Optional.empty(),
        new TreeMap<>());
  }
}
