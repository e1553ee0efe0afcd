"""Reads a checkpoint with TensorFlow in every way it has: read_bundle.py PREFIX EXPECTED.json."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tensorflow as tf

# The checkpoint reader behind load_checkpoint knows no more types than these when it converts to numpy or copies slices.
BY_OP_ONLY = {"QINT16", "QUINT16"}


def check(name, entry, value):
    if "strings" in entry:
        found = [s.hex() for s in value.reshape(-1).tolist()] if entry["shape"] else [bytes(value).hex()]
        assert found == entry["strings"], name
    else:
        assert value.tobytes().hex() == entry["hex"], (name, value.tobytes().hex(), entry["hex"])
    assert list(value.shape) == entry["shape"], name


def main(prefix, expected):
    reader = tf.train.load_checkpoint(prefix)
    shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    assert sorted(shapes) == sorted(expected), set(shapes) ^ set(expected)
    for name, entry in expected.items():
        dtype = tf.as_dtype(entry["dtype"])
        assert dtypes[name] == dtype and shapes[name] == entry["shape"], name
        value = tf.raw_ops.RestoreV2(prefix=prefix, tensor_names=[name], shape_and_slices=[""], dtypes=[dtype])[0]
        assert list(value.shape) == entry["shape"], name
        check(name, entry, value.numpy())
        for block in entry.get("blocks", []):
            value = tf.raw_ops.RestoreV2(
                prefix=prefix, tensor_names=[name], shape_and_slices=[block["spec"]], dtypes=[dtype])[0]
            assert value.numpy().tobytes().hex() == block["hex"], (name, block["spec"])
    print("read", len(expected), "tensors")


with open(sys.argv[2]) as file:
    main(sys.argv[1], json.load(file))
