"""Saves and restores a state of random bytes with TensorFlow's own operations; seconds on standard output.

Orders on standard input, a line each: "save PREFIX", "restore PREFIX".
"""
import glob
import os
import sys
import time

import numpy
import tensorflow as tf

TENSOR_BYTES = 2 << 20

count = max(1, (int(sys.argv[1]) << 20) // TENSOR_BYTES)
names = ["variable/%05d" % i for i in range(count)]
slices = [""] * count
random = numpy.random.default_rng(1)
# Random bits, exponents held to those of numbers.
state = [tf.constant(random.random(TENSOR_BYTES // 4, dtype=numpy.float32)) for _ in names]


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def save(prefix):
    tf.raw_ops.SaveV2(prefix=prefix, tensor_names=names, shape_and_slices=slices, tensors=state)
    for path in glob.glob(prefix + ".*"):
        sync(path)
    sync(os.path.dirname(prefix))


def restore(prefix):
    tf.raw_ops.RestoreV2(prefix=prefix, tensor_names=names, shape_and_slices=slices, dtypes=[tf.float32] * count)


for line in sys.stdin:
    order, prefix = line.rstrip("\n").split(" ", 1)
    start = time.perf_counter()
    {"save": save, "restore": restore}[order](prefix)
    print(time.perf_counter() - start, flush=True)
