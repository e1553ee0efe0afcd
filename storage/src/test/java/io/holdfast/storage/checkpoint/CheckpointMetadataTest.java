package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CheckpointMetadataTest {
  private static final CheckpointMetadata FULL =
      new CheckpointMetadata(
          new Prefix(3, 2, 41),
          "b1946ac9",
          Instant.parse("2026-01-01T00:00:00.123Z"),
          "{\"name\":\"mnist\"}",
          new DataPosition(4, 17),
          Optional.of(new BestMetric("val_loss", 0.1, 40)),
          "{\"plateau\":{\"wait\":2}}",
          Optional.of("00ff"),
          new TreeMap<>(
              Map.of("loss", Double.NaN, "up", Double.POSITIVE_INFINITY, "tiny", 4.9e-324)));

  @Test
  void readsBackAsWritten() {
    assertThat(MetadataJson.read(asRead(FULL))).isEqualTo(FULL);
    CheckpointMetadata least =
        new CheckpointMetadata(
            new Prefix(1, 0, 0),
            "x",
            Instant.EPOCH,
            "{}",
            new DataPosition(0, 0),
            Optional.of(new BestMetric("loss", Double.NEGATIVE_INFINITY, 0)),
            "{}",
            Optional.empty(),
            new TreeMap<>());
    assertThat(MetadataJson.read(asRead(least))).isEqualTo(least);
  }

  @Test
  void otherVersionsMayKnowMoreOrLess() {
    Map<String, String> texts = asRead(FULL);
    texts.put("holdfast/data_position", "{\"epoch\":4,\"batch\":17,\"later\":[1]}");
    texts.put("holdfast/of_a_later_release", "{}");
    assertThat(MetadataJson.read(texts)).isEqualTo(FULL);
    texts.remove("holdfast/metrics");
    texts.remove("holdfast/best_metric");
    texts.remove("holdfast/callbacks");
    texts.remove("holdfast/probe_digest");
    CheckpointMetadata less = MetadataJson.read(texts);
    assertThat(less.metrics()).isEmpty();
    assertThat(less.bestMetric()).isEmpty();
    assertThat(less.callbacks()).isEqualTo("{}");
    assertThat(less.probeDigest()).isEmpty();
  }

  @Test
  void whatMakesNoSenseIsNamed() {
    for (String key :
        new String[] {"holdfast/run_id", CheckpointKeys.CHECKPOINT, "holdfast/data_position"}) {
      for (String bad : new String[] {"", "nonsense", "[]", "{}", "{\"epoch\":1.5,\"batch\":1}"}) {
        Map<String, String> texts = asRead(FULL);
        texts.put(key, bad);
        assertThatThrownBy(() -> MetadataJson.read(texts))
            .as(key + " = " + bad)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  /** The key of the checkpoint's identity holds its prefix; read sees it without. */
  private static Map<String, String> asRead(CheckpointMetadata metadata) {
    Map<String, String> texts = new LinkedHashMap<>(MetadataJson.write(metadata));
    String self = texts.remove(CheckpointKeys.CHECKPOINT + metadata.prefix());
    texts.put(CheckpointKeys.CHECKPOINT, self);
    return texts;
  }
}
