/**
 * HDFS, through the Apache Hadoop client: a file tree for the store protocol, with the settings,
 * login and retries that it takes. Hadoop's classes live here and nowhere else.
 */
package io.holdfast.storage.hdfs;
