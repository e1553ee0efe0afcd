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
 * @param values variables that begin anew, whole, by key: row-major, little endian
 */
public record Fork(
    String runId,
    Instant runStarted,
    String job,
    DataPosition dataPosition,
    byte[] objectGraph,
    Map<String, ByteBuffer> values) {

  public Fork {
    objectGraph = objectGraph.clone();
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
