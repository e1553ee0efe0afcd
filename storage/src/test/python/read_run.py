"""Prints what TensorFlow finds in a run directory: its latest checkpoint and every tensor in it."""

import sys

import tensorflow as tf

directory = sys.argv[1]
latest = tf.train.latest_checkpoint(directory)
print("latest", latest)
state = tf.train.get_checkpoint_state(directory)
print("all", *state.all_model_checkpoint_paths)
print("times", *state.all_model_checkpoint_timestamps)
reader = tf.train.load_checkpoint(latest)
for name, shape in sorted(reader.get_variable_to_shape_map().items()):
    value = reader.get_tensor(name)
    text = value.decode() if isinstance(value, bytes) else value.tolist()
    print("tensor", name, shape, text)
