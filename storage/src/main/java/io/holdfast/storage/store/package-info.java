/**
 * Where bytes lie: one contract for local and shared disks, and later for HDFS and S3. Knows
 * nothing of tensors.
 */
package io.holdfast.storage.store;
