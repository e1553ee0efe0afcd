/**
 * Where bytes lie: one contract for local and shared disks and for what lies in rooms of its own,
 * such as HDFS. Knows nothing of tensors.
 */
package io.holdfast.storage.store;
