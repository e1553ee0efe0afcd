package io.holdfast.protocol;

/**
 * Where one slice of a variable lies in a shard file.
 *
 * @param key the variable's key in the checkpoint
 * @param ordinal which of the job's slices of that variable, counted in the job's order
 * @param maskedCrc32c TensorFlow's masked CRC-32C of the bytes
 */
public record WrittenPiece(
    String key, int ordinal, long offsetBytes, long sizeBytes, int maskedCrc32c) {}
