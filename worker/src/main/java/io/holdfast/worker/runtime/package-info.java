/**
 * Around the pure worker: one loop thread with one bounded inbox, the link to the coordinator, the
 * compute thread with its buffers, and the writer of shard files.
 */
package io.holdfast.worker.runtime;
