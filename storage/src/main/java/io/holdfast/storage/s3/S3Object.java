package io.holdfast.storage.s3;

/**
 * What an object is at one moment.
 *
 * @param etag changes with the bytes; in quotes. Two that are empty ("") say nothing: so a server
 *     lists what it is just writing
 * @param length bytes
 */
record S3Object(String etag, long length) {

  S3Object {
    etag = '"' + etag.replace("\"", "") + '"';
  }
}
