package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.WrittenPiece;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a checkpoint holds besides its variables, taken in as its pieces come by in any order:
 * metadata, step, object graph, and keys under {@code holdfast/} that a later release has added.
 */
final class StoredTexts {
  private final BundleReader source;
  private final Map<String, byte[]> strings = new TreeMap<>();
  private OptionalLong saveCounter = OptionalLong.empty();

  StoredTexts(BundleReader source) {
    this.source = source;
  }

  /** Reads a tensor that is no variable. */
  void take(BundleEntry entry) throws IOException, DamagedCheckpointException {
    if (entry.name().equals(CheckpointKeys.SAVE_COUNTER)) {
      saveCounter =
          CheckpointMetadata.saveCounter(source).map(OptionalLong::of).orElse(OptionalLong.empty());
      return;
    }
    try {
      List<byte[]> values = source.readStrings(entry.name());
      if (values.size() != 1) {
        throw damage("has " + values.size() + " strings in \"" + entry.name() + "\"");
      }
      strings.put(entry.name(), values.get(0));
    } catch (IllegalArgumentException e) {
      throw damage(e.getMessage());
    }
  }

  /** What it says of itself, once all has been taken in; it must be what its name says. */
  CheckpointMetadata metadata() throws DamagedCheckpointException {
    Map<String, String> texts = new TreeMap<>();
    strings.forEach(
        (key, bytes) -> texts.put(known(key), new String(bytes, StandardCharsets.UTF_8)));
    CheckpointMetadata metadata;
    try {
      metadata = MetadataJson.read(texts);
    } catch (IllegalArgumentException e) {
      throw damage("has metadata that makes no sense: " + e.getMessage());
    }
    if (!metadata.prefix().toString().equals(source.files().prefix())) {
      throw damage("has the metadata of " + metadata.prefix());
    }
    if (!saveCounter.equals(OptionalLong.of(metadata.prefix().step()))) {
      throw damage("has another save_counter than step " + metadata.prefix().step());
    }
    byte[] seal = strings.get(CheckpointKeys.SEAL);
    if (seal != null && !Seal.of(source.index()).equals(new String(seal, StandardCharsets.UTF_8))) {
      throw damage("is not the index that its checkpoint was sealed with");
    }
    if (!strings.containsKey(CheckpointKeys.OBJECT_GRAPH)) {
      throw damage("has no object graph");
    }
    return metadata;
  }

  /** The key under which {@link MetadataJson} knows a tensor. */
  private static String known(String key) {
    return key.startsWith(CheckpointKeys.CHECKPOINT) ? CheckpointKeys.CHECKPOINT : key;
  }

  /** Writes all of it, but for the seal, for a checkpoint of another name. */
  List<WrittenPiece> appendTo(ShardWriter shard, Prefix name)
      throws IOException, DamagedCheckpointException {
    List<WrittenPiece> pieces = new ArrayList<>(metadata().renamed(name).appendTo(shard));
    for (Map.Entry<String, byte[]> string : strings.entrySet()) {
      boolean again = MetadataJson.KEYS.contains(known(string.getKey()));
      if (!again && !string.getKey().equals(CheckpointKeys.SEAL)) {
        pieces.add(shard.appendString(string.getKey(), string.getValue()));
      }
    }
    return pieces;
  }

  /** Writes what a fork says instead; what is here must make sense all the same. */
  List<WrittenPiece> appendTo(ShardWriter shard, Prefix name, Fork fork)
      throws IOException, DamagedCheckpointException {
    metadata();
    List<WrittenPiece> pieces = new ArrayList<>(fork.metadata(name).appendTo(shard));
    pieces.add(shard.appendString(CheckpointKeys.OBJECT_GRAPH, fork.objectGraph()));
    return pieces;
  }

  private DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(source.files().index(), problem);
  }
}
