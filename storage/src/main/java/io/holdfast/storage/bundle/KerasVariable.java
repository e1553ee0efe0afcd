package io.holdfast.storage.bundle;

/**
 * A variable as Keras and its checkpoint know it.
 *
 * @param key the checkpoint's key of its value; ends in {@link ObjectGraph#VALUE_SUFFIX}
 * @param path Keras's {@code variable.path}, such as {@code conv2d/kernel}
 */
public record KerasVariable(String key, String path) {

  public KerasVariable {
    // TensorFlow's loader cuts a key behind .ATTRIBUTES/ and puts the value's name there again.
    if (!key.endsWith(ObjectGraph.VALUE_SUFFIX)) {
      throw new IllegalArgumentException("key \"" + key + "\" is no variable's");
    }
  }
}
