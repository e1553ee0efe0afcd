package io.holdfast.storage.bundle;

import com.google.protobuf.BoolValue;
import io.holdfast.proto.tensorflow.TrackableObjectGraph;
import io.holdfast.proto.tensorflow.TrackableObjectGraph.TrackableObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of a checkpoint and the names of the edges between them, by which {@code
 * tf.train.Checkpoint.restore} finds the tensor of each Python object: it follows edges from the
 * root, and reads at a variable's node the key of its value. Several edges may lead to one node.
 * Mutable while it is built, for use by one thread.
 */
public final class ObjectGraph {

  /** The key of the graph itself, a scalar string tensor. */
  public static final String KEY = "_CHECKPOINTABLE_OBJECT_GRAPH";

  /** How every variable's key ends. */
  public static final String VALUE_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";

  private static final String VALUE = "VARIABLE_VALUE";

  /** One object. */
  public static final class Node {

    private final int number;
    private final Optional<KerasVariable> variable;
    private final Map<String, Node> children = new LinkedHashMap<>();

    private Node(int number, Optional<KerasVariable> variable) {
      this.number = number;
      this.variable = variable;
    }

    /**
     * Adds an edge.
     *
     * @throws IllegalStateException if another edge of that name leads elsewhere, or this is a
     *     variable
     */
    public Node child(String name, Node child) {
      Node before = children.putIfAbsent(name, child);
      if (variable.isPresent() || (before != null && before != child)) {
        throw new IllegalStateException("no second edge \"" + name + "\" from node " + number);
      }
      return this;
    }

    /** Whether an edge of that name leads from here. */
    public boolean hasChild(String name) {
      return children.containsKey(name);
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> variables = new LinkedHashMap<>();
  private final Node root = object();

  /** The object that the user's {@code Checkpoint} itself is. */
  public Node root() {
    return root;
  }

  /** A new object that holds others. */
  public Node object() {
    return add(Optional.empty());
  }

  /** The node of a variable, the same for the same key. */
  public Node variable(KerasVariable variable) {
    return variables.computeIfAbsent(variable.key(), key -> add(Optional.of(variable)));
  }

  private Node add(Optional<KerasVariable> variable) {
    Node node = new Node(nodes.size(), variable);
    nodes.add(node);
    return node;
  }

  /** The serialized graph: the one element of the string tensor {@link #KEY}. */
  public byte[] encode() {
    boolean[] hasValues = nodesWithValues();
    TrackableObjectGraph.Builder graph = TrackableObjectGraph.newBuilder();
    for (Node node : nodes) {
      TrackableObject.Builder object = graph.addNodesBuilder();
      node.children.forEach(
          (name, child) -> object.addChildrenBuilder().setNodeId(child.number).setLocalName(name));
      node.variable.ifPresent(
          variable ->
              object
                  .addAttributesBuilder()
                  .setName(VALUE)
                  .setFullName(variable.path())
                  .setCheckpointKey(variable.key()));
      object.setHasCheckpointValues(BoolValue.of(hasValues[node.number]));
    }
    return graph.build().toByteArray();
  }

  /** Which nodes are variables, or lead to one. */
  private boolean[] nodesWithValues() {
    List<List<Node>> parents = new ArrayList<>();
    nodes.forEach(node -> parents.add(new ArrayList<>()));
    nodes.forEach(node -> node.children.values().forEach(c -> parents.get(c.number).add(node)));
    boolean[] found = new boolean[nodes.size()];
    Deque<Node> open = new ArrayDeque<>(variables.values());
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (!found[node.number]) {
        found[node.number] = true;
        open.addAll(parents.get(node.number));
      }
    }
    return found;
  }
}
