package io.holdfast.job.file;

import io.holdfast.job.JobLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of a job and of its layers; layers without one get Keras's automatic name. */
final class Names {
  private static final Pattern LAYER =
      Pattern.compile("[A-Za-z0-9_.\\-]{1," + JobLimits.MAX_NAME_LENGTH + "}");
  private static final String LAYER_ALLOWED =
      "a name of 1 to " + JobLimits.MAX_NAME_LENGTH + " letters, digits, _, - and .";
  private static final String JOB_ALLOWED =
      "a name of 1 to " + JobLimits.MAX_NAME_LENGTH + " printable characters";
  private static final Pattern JOB =
      Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1," + JobLimits.MAX_NAME_LENGTH + "}");

  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> automatic = new HashMap<>();

  static String jobName(Section root, String otherwise) throws JobException {
    String name = root.text("name", JOB_ALLOWED).orElse(otherwise);
    if (name.isBlank() || !JOB.matcher(name).matches()) {
      throw root.error("name", '"' + name + "\" is not allowed; " + JOB_ALLOWED + " is needed");
    }
    return name;
  }

  /** The name the layer states, else {@code conv2d}, {@code conv2d_1}, ... by its kind. */
  String layerName(Section layer, String kind) throws JobException {
    Optional<String> stated = layer.text("name", LAYER_ALLOWED);
    if (stated.isPresent() && !LAYER.matcher(stated.get()).matches()) {
      throw layer.error(
          "name", '"' + stated.get() + "\" is not allowed; " + LAYER_ALLOWED + " is needed");
    }
    String name = stated.orElseGet(() -> automatic(kind));
    if (!taken.add(name)) {
      throw layer.error("name", '"' + name + "\" is the name of another layer; names must differ");
    }
    return name;
  }

  private String automatic(String kind) {
    int before = automatic.merge(kind, 1, Integer::sum) - 1;
    return before == 0 ? kind : kind + "_" + before;
  }
}
