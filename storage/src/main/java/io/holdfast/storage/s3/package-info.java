/**
 * Runs in a bucket of S3 or of a server that speaks its protocol: no rename, no directories, but
 * conditional requests. The AWS SDK lives here and nowhere else.
 */
package io.holdfast.storage.s3;
