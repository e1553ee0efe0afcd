"""Writes checkpoints of every kind with TensorFlow's own ops: write_bundles.py DIR; describes them in DIR/expected.json."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

NUMERIC = ["float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "bool", "bfloat16", "uint16",
           "complex128", "float16", "uint32", "uint64", "qint8", "quint8", "qint32", "qint16", "quint16",
           "float8_e5m2", "float8_e4m3fn", "int4", "uint4"]
SLICED = ["float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "bool", "bfloat16", "complex128"]
rng = np.random.default_rng(20261122)


def numbers(dtype, shape):
    if dtype in ("int4", "uint4"):
        return rng.integers(0, 8, shape).astype(tf.as_dtype(dtype).as_numpy_dtype)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    kind = np.dtype(tf.as_dtype(dtype).as_numpy_dtype)
    if kind.names:
        kind = np.dtype(kind[0])
    if "float" in dtype or "complex" in dtype:
        return (rng.standard_normal(shape) * 4).astype(kind)
    return np.frombuffer(rng.bytes(int(np.prod(shape)) * kind.itemsize), kind).reshape(shape)


def tensor(dtype, value):
    if dtype.startswith("q"):
        return tf.bitcast(tf.constant(value), tf.as_dtype(dtype))
    return tf.constant(value, tf.as_dtype(dtype))


def describe(dtype, value):
    return {"dtype": tf.as_dtype(dtype).as_datatype_enum, "shape": list(value.shape), "hex": value.tobytes().hex()}


def strings(values):
    return {"dtype": 7, "shape": list(np.shape(values)), "strings": [s.hex() for s in np.reshape(values, -1).tolist()]}


def save_whole(prefix):
    expected, tensors = {}, {}
    for dtype in NUMERIC:
        for shape in ((), (3,), (2, 3, 5), (0,), (0, 3)):
            name = "%s/%s" % (dtype, "x".join(map(str, shape)))
            value = numbers(dtype, shape)
            try:
                tensors[name] = tensor(dtype, value)
            except (TypeError, ValueError, tf.errors.OpError) as e:
                print("this TensorFlow makes no constant of", name, type(e).__name__)
                continue
            expected[name] = describe(dtype, np.asarray(value))
    for name, value in {
        "string/scalar": np.array(b"h\xc3\xa9llo", object),
        "string/vector": np.array([b"", b"a", b"x" * 300, b"\x00\xff"], object),
        "string/long": np.array([bytes(3_000_000), b"b"], object),
        "string/many": np.array([b"%d" % i for i in range(5000)], object),
        "string/empty": np.array([], object),
        "h\u00e9/\u4e16\u754c/\U0001f600": np.array([b"name in UTF-8"], object),
    }.items():
        tensors[name] = tf.constant(value, tf.string)
        expected[name] = strings(value)
    names = list(tensors)
    tf.raw_ops.SaveV2(prefix=prefix, tensor_names=names, shape_and_slices=[""] * len(names), tensors=list(tensors.values()))
    return expected


def save_sliced(directory, prefix):
    """Blocks of a [7, 9, 2] tensor over three parts, which TensorFlow merges."""
    expected = {}
    parts = [os.path.join(directory, "part-%d" % i) for i in range(3)]
    blocks = [[("0,3", "-"), ("3,1", "0,4")], [("3,1", "4,5"), ("4,3", "0,8")], [("4,3", "8,1")]]
    values = {"sliced/" + dtype: (dtype, numbers(dtype, (7, 9, 2))) for dtype in SLICED}
    for part, specs in zip(parts, blocks):
        names, slices, tensors = [], [], []
        for name, (dtype, value) in values.items():
            for rows, columns in specs:
                block = value
                for axis, spec in enumerate((rows, columns)):
                    if spec != "-":
                        start, length = map(int, spec.split(","))
                        block = np.take(block, range(start, start + length), axis=axis)
                names.append(name)
                slices.append("7 9 2 %s:%s:-" % (rows, columns))
                tensors.append(tf.constant(block))
        names.append(os.path.basename(part))
        slices.append("")
        tensors.append(tf.constant(1.5))
        tf.raw_ops.SaveV2(prefix=part, tensor_names=names, shape_and_slices=slices, tensors=tensors)
        expected[os.path.basename(part)] = describe("float32", np.asarray(np.float32(1.5)))
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=prefix, delete_old_dirs=False)
    for name, (dtype, value) in values.items():
        expected[name] = describe(dtype, value)
    return expected


def save_objects(prefix):
    """What tf.train.Checkpoint itself writes, with an iterator, whose state is a variant or strings."""
    iterator = iter(tf.data.Dataset.range(10).shuffle(4))
    next(iterator)
    variables = {"v%d" % i: tf.Variable(numbers("float32", (3, i))) for i in range(50)}
    checkpoint = tf.train.Checkpoint(iterator=iterator, **variables)
    written = checkpoint.write(prefix)
    assert written == prefix
    return {"v%d/.ATTRIBUTES/VARIABLE_VALUE" % i: describe("float32", variables["v%d" % i].numpy()) for i in range(50)}


def save_many(prefix):
    """An index of several blocks."""
    expected = {}
    values = {"layer/%d/%s" % (i, "n" * (i % 90)): np.float32(i) for i in range(9000)}
    for name, value in values.items():
        expected[name] = describe("float32", np.asarray(value))
    tf.raw_ops.SaveV2(prefix=prefix, tensor_names=list(values), shape_and_slices=[""] * len(values), tensors=list(values.values()))
    return expected


def main(directory):
    expected = {
        "whole": save_whole(os.path.join(directory, "whole")),
        "sliced": save_sliced(directory, os.path.join(directory, "sliced")),
        "objects": save_objects(os.path.join(directory, "objects")),
        "many": save_many(os.path.join(directory, "many")),
    }
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expected, file)


main(sys.argv[1])
