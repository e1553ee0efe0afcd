/**
 * A checkpoint as one file: a tar archive of its files under their own names, index first, shard
 * files in order, compressed with Zstandard. Unpacked by tar it is a checkpoint that TensorFlow
 * reads.
 */
package io.holdfast.storage.archive;
