/**
 * A run directory as a series of checkpoints: names, commit, verification, quarantine, retention,
 * history. The only code that knows what files a run directory has.
 *
 * <p>A checkpoint exists if and only if its index does, and no later claim has made it void. Its
 * life: shard files are written under a prefix that is never used twice; the leader publishes the
 * index in one atomic step; the file {@code checkpoint} is rewritten from the indexes; it is read
 * back; one day it is superseded, and its index goes first.
 */
package io.holdfast.storage.checkpoint;
