package io.holdfast.storage.s3;

import java.util.Optional;

/**
 * What must hold for a write to happen; the server checks it and writes in one step.
 *
 * @param etag of the object that is replaced; empty if there must be none
 */
record Condition(Optional<String> etag) {
  /** If-None-Match: *. */
  static final Condition ABSENT = new Condition(Optional.empty());

  /** If-Match. */
  static Condition matching(String etag) {
    return new Condition(Optional.of(etag));
  }

  /** That what is seen now still stands. */
  static Condition unchanged(Optional<S3Object> seen) {
    return new Condition(seen.map(S3Object::etag));
  }

  String ifMatch() {
    return etag.orElse(null);
  }

  String ifNoneMatch() {
    return etag.isEmpty() ? "*" : null;
  }
}
