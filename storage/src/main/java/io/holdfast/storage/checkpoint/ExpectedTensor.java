package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;

/**
 * A variable that a checkpoint of the job must have.
 *
 * @param name its key in the checkpoint
 * @param dtype element type
 * @param shape whole shape
 */
public record ExpectedTensor(String name, DataType dtype, TensorShape shape) {}
