package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What differs between the job that a run was started with and the job it is resumed with, and
 * whether a resume may change it. Epochs, steps, metrics, {@code checkpoint.*} and {@code
 * cluster.*} may change. A data file may move but not change its name: there is no digest of
 * contents, so another name counts as other data. Everything else decides the bits, or the run's
 * identity, and may not change.
 *
 * @param changes in order of key
 */
public record JobChanges(List<Change> changes) {
  private static final Set<String> FREE =
      Set.of("epochs", "steps", "metrics", "checkpoint", "cluster");
  private static final Pattern DATA_FILE =
      Pattern.compile("data\\.(train|validation)\\.(idx\\.(images|labels)|csv\\.path)");
  private static final String ABSENT = "absent";

  /**
   * One key that differs.
   *
   * @param stored the value in the run, as JSON; {@code absent} where there is none
   * @param now the value in the job file
   * @param allowed whether a resume may change it
   */
  public record Change(String key, String stored, String now, boolean allowed) {
    public Change {
      Objects.requireNonNull(key);
      Objects.requireNonNull(stored);
      Objects.requireNonNull(now);
    }
  }

  public JobChanges {
    changes = List.copyOf(changes);
  }

  public static JobChanges compare(Job stored, Job now) {
    Map<String, JsonNode> before = leaves(stored);
    Map<String, JsonNode> after = leaves(now);
    Set<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    List<Change> changes = new ArrayList<>();
    for (String key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        boolean allowed = mayChange(key, before.get(key), after.get(key));
        changes.add(new Change(key, shown(before.get(key)), shown(after.get(key)), allowed));
      }
    }
    return new JobChanges(changes);
  }

  /** The changes that a resume may not make. */
  public List<Change> refused() {
    return changes.stream().filter(change -> !change.allowed()).toList();
  }

  public boolean isAllowed() {
    return refused().isEmpty();
  }

  /** One line that names the first refused key with both values; empty when all may change. */
  public Optional<String> refusal() {
    return refused().stream()
        .findFirst()
        .map(
            change ->
                change.key()
                    + ": the run has "
                    + change.stored()
                    + ", the job file "
                    + change.now()
                    + "; a resume may change only epochs, steps, metrics, checkpoint.*,"
                    + " cluster.* and where data files lie");
  }

  private static boolean mayChange(String key, JsonNode stored, JsonNode now) {
    String top = key.split("\\.", 2)[0];
    if (FREE.contains(top)) {
      return true;
    }
    return DATA_FILE.matcher(key).matches()
        && stored != null
        && now != null
        && baseName(stored).equals(baseName(now));
  }

  private static String baseName(JsonNode uri) {
    String text = uri.asText();
    return text.substring(text.lastIndexOf('/') + 1);
  }

  private static String shown(JsonNode value) {
    return value == null ? ABSENT : Values.shown(value);
  }

  private static Map<String, JsonNode> leaves(Job job) {
    Map<String, JsonNode> leaves = new TreeMap<>();
    collect("", JobText.tree(job), leaves);
    return leaves;
  }

  /** Shapes, pairs and the list of metrics are one value each; the list of layers is not. */
  private static void collect(String path, JsonNode node, Map<String, JsonNode> leaves) {
    if (node.isObject()) {
      node.properties()
          .forEach(field -> collect(Keys.child(path, field.getKey()), field.getValue(), leaves));
      return;
    }
    if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        collect(Keys.item(path, i), node.get(i), leaves);
      }
      return;
    }
    leaves.put(path, node);
  }
}
