package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.ObjectGraph.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The object graph that lets Keras open a checkpoint: {@code tf.train.Checkpoint(model=model,
 * optimizer=optimizer).restore(prefix)}.
 *
 * <pre>
 * root - model - _functional (a Sequential's) - _operations - 0        the input
 *      |       |                                            - 1, 2 ... the layers - _kernel, bias ...
 *      |       - _operations (a functional model's), the same
 *      |       - layer_with_weights-0, 1 ...  Keras 2
 *      |       - the layers' own names        subclassed models
 *      - net, and all that leads from model: Checkpoint(net=model), Checkpoint(model)
 *      - optimizer - _iterations, _learning_rate
 *      |           - _variables - 0 iterations, 1 learning rate, then the slots
 *      |           - _trainable_variables - 0, 1 ... the weights that it changes
 *      |           - _momentums, _velocities (Adam), momentums (SGD), _accumulators (Adagrad)... - 0, 1 ...
 *      - save_counter
 * </pre>
 *
 * Objects that Python has and that hold no variable need no node; edges that Python does not have
 * are ignored by it.
 */
public final class KerasGraph {

  /** The counter of saves, an int64 scalar, without which Python does not take a file as whole. */
  public static final KerasVariable SAVE_COUNTER =
      new KerasVariable("save_counter" + ObjectGraph.VALUE_SUFFIX, "save_counter");

  /**
   * A variable of a layer.
   *
   * @param part its name in the layer: {@code kernel}, {@code bias}, {@code moving_mean} ...
   * @param trainable whether the optimizer changes it
   */
  public record Weight(String part, KerasVariable variable, boolean trainable) {}

  /**
   * A layer.
   *
   * @param name unique in the model
   * @param weights in Keras's order; none for layers such as Flatten and Dropout, whose random seed
   *     Keras does not save either
   */
  public record Layer(String name, List<Weight> weights) {
    public Layer {
      weights = List.copyOf(weights);
    }
  }

  /**
   * A variable that the optimizer keeps for a weight.
   *
   * @param list which of the optimizer's lists it belongs to, without a leading underscore: {@code
   *     momentums}, {@code velocities}, {@code velocity_hats}, {@code average_gradients}, {@code
   *     accumulators}
   */
  public record Slot(String list, KerasVariable variable) {}

  /**
   * An optimizer.
   *
   * @param iterations number of steps done, an int64 scalar
   * @param learningRate a float scalar; none where a schedule gives the rate
   * @param slots in the order of Keras's {@code optimizer.variables}; within a list in the order of
   *     the weights
   */
  public record Optimizer(
      KerasVariable iterations, Optional<KerasVariable> learningRate, List<Slot> slots) {
    public Optimizer {
      slots = List.copyOf(slots);
    }
  }

  private final List<Layer> layers;
  private final Optional<Optimizer> optimizer;
  private final ObjectGraph graph = new ObjectGraph();

  private KerasGraph(List<Layer> layers, Optional<Optimizer> optimizer) {
    this.layers = layers;
    this.optimizer = optimizer;
  }

  /**
   * The serialized graph of a model and its optimizer, for the key {@link ObjectGraph#KEY}.
   *
   * @param layers from the first to the last, without the input
   */
  public static byte[] encode(List<Layer> layers, Optional<Optimizer> optimizer) {
    return new KerasGraph(layers, optimizer).encode();
  }

  private byte[] encode() {
    Map<String, Node> modelEdges = modelEdges();
    Node root = graph.root();
    Node model = graph.object();
    root.child("model", model).child("net", model);
    root.child("save_counter", graph.variable(SAVE_COUNTER));
    if (optimizer.isPresent()) {
      Node node = optimizer(optimizer.get());
      root.child("optimizer", node);
      model.child("optimizer", node);
    }
    modelEdges.forEach(
        (name, child) -> {
          addUnlessTaken(model, name, child);
          addUnlessTaken(root, name, child);
        });
    return graph.encode();
  }

  /** A layer may be called like an edge that Keras needs; then only its own name leads nowhere. */
  private static void addUnlessTaken(Node parent, String name, Node child) {
    if (!parent.hasChild(name)) {
      parent.child(name, child);
    }
  }

  private Map<String, Node> modelEdges() {
    Node operations = graph.object();
    operations.child("0", graph.object());
    Map<String, Node> edges = new LinkedHashMap<>();
    edges.put("_functional", graph.object().child("_operations", operations));
    edges.put("_operations", operations);
    Map<String, Node> named = new LinkedHashMap<>();
    int number = 1;
    int withWeights = 0;
    for (Layer layer : layers) {
      Node node = layer(layer);
      operations.child(String.valueOf(number++), node);
      if (!layer.weights().isEmpty()) {
        edges.put("layer_with_weights-" + withWeights++, node);
      }
      named.put(layer.name(), node);
    }
    named.forEach(edges::putIfAbsent);
    return edges;
  }

  private Node layer(Layer layer) {
    Node node = graph.object();
    for (Weight weight : layer.weights()) {
      Node variable = graph.variable(weight.variable());
      node.child("_" + weight.part(), variable);
      node.child(weight.part(), variable);
    }
    return node;
  }

  private Node optimizer(Optimizer keras) {
    Node variables = graph.object();
    Map<String, Node> lists = new LinkedHashMap<>();
    Map<String, Integer> lengths = new LinkedHashMap<>();
    append(variables, "", keras.iterations(), lengths);
    keras.learningRate().ifPresent(rate -> append(variables, "", rate, lengths));
    for (Slot slot : keras.slots()) {
      append(variables, "", slot.variable(), lengths);
      Node list = lists.computeIfAbsent(slot.list(), name -> graph.object());
      append(list, slot.list(), slot.variable(), lengths);
    }
    Node node = graph.object();
    node.child("_variables", variables).child("_trainable_variables", trainableVariables());
    node.child("_iterations", graph.variable(keras.iterations()));
    keras.learningRate().ifPresent(rate -> node.child("_learning_rate", graph.variable(rate)));
    lists.forEach((name, list) -> node.child(name, list).child("_" + name, list));
    return node;
  }

  private void append(
      Node list, String name, KerasVariable variable, Map<String, Integer> lengths) {
    int position = lengths.merge(name, 1, Integer::sum) - 1;
    list.child(String.valueOf(position), graph.variable(variable));
  }

  private Node trainableVariables() {
    Node list = graph.object();
    List<KerasVariable> trainable =
        layers.stream()
            .flatMap(layer -> layer.weights().stream())
            .filter(Weight::trainable)
            .map(Weight::variable)
            .toList();
    for (int i = 0; i < trainable.size(); i++) {
      list.child(String.valueOf(i), graph.variable(trainable.get(i)));
    }
    return list;
  }
}
