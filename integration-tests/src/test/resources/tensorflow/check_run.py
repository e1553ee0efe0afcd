"""Opens a run of examples/mnist/cnn.yaml (without shuffling, saved at every step) with real TensorFlow and Keras.

Arguments: the run directory, the output of `show --json` for its newest step, the directory of the MNIST files.
"""

import gzip
import json
import os
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

run, show_file, data = sys.argv[1:]
with open(show_file) as file:
    show = json.load(file)
step, batch = show["step"], show["job"]["data"]["batch_size"]


def idx(name, offset):
    with gzip.open(os.path.join(data, name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def images(name):
    return (idx(name, 16).reshape(-1, 28, 28, 1) / np.float32(255)).astype(np.float32)


def prefix_of(wanted):
    names = [n for n in os.listdir(run) if n.endswith(f"-{wanted}.index")]
    assert len(names) == 1, names
    return os.path.join(run, names[0][: -len(".index")])


def build():
    model = keras.Sequential(
        [
            keras.layers.Input([28, 28, 1]),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    for layer, spec in zip(model.layers, show["job"]["model"]["layers"], strict=True):
        layer.trainable = next(iter(spec.values())).get("trainable", True)
    optimizer = keras.optimizers.Adam(0.001)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    optimizer.build(model.trainable_variables)
    return model, optimizer


def restored(prefix):
    model, optimizer = build()
    status = tf.train.Checkpoint(model=model, optimizer=optimizer).restore(prefix)
    status.assert_existing_objects_matched()
    return model, optimizer


# What TensorFlow calls the newest is the newest, and every tensor can be read.
latest = tf.train.latest_checkpoint(run)
assert latest == os.path.join(run, show["prefix"]), latest
reader = tf.train.load_checkpoint(latest)
for name in reader.get_variable_to_shape_map():
    reader.get_tensor(name)
for variable in show["variables"]:
    tensor = reader.get_tensor(variable["key"])
    assert list(tensor.shape) == variable["shape"], variable
    assert tensor.dtype.name == variable["dtype"], variable

# The keys are those under which Keras itself would save, whatever is frozen.
model, optimizer = build()
with tempfile.TemporaryDirectory() as other:
    saved = tf.train.Checkpoint(model=model, optimizer=optimizer).save(os.path.join(other, "keras"))
    theirs = {name for name, _ in tf.train.list_variables(saved) if not name.startswith("_") and "save_counter" not in name}
assert theirs == {variable["key"] for variable in show["variables"]}, theirs

# The model computes what Holdfast measured.
model, optimizer = restored(latest)
assert int(optimizer.iterations.numpy()) == step
metrics = model.evaluate(
    images("t10k-images-idx3-ubyte.gz"), idx("t10k-labels-idx1-ubyte.gz", 8), batch_size=1000, verbose=0, return_dict=True
)
assert abs(metrics["loss"] - show["metrics"]["val_loss"]) < 1e-5 * max(1, metrics["loss"]), (metrics, show["metrics"])
assert abs(metrics["accuracy"] - show["metrics"]["val_accuracy"]) < 2.5e-4, (metrics, show["metrics"])

# From the step before, Keras's own Adam step on the same rows leads to the same values.
before, _ = restored(prefix_of(step - 1))
rows = slice((step - 1) * batch, step * batch)
before.train_on_batch(images("train-images-idx3-ubyte.gz")[rows], idx("train-labels-idx1-ubyte.gz", 8)[rows])
for ours, theirs in zip(model.variables + optimizer.variables, before.variables + before.optimizer.variables):
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-5, err_msg=ours.path)

print("all checks passed")
