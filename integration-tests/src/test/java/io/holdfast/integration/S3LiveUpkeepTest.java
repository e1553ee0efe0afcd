package io.holdfast.integration;

import java.nio.file.Path;

/** In a bucket, whose objects are files to the test. */
class S3LiveUpkeepTest extends LiveUpkeepContract {
  private static final String PATH = "/runs/live-upkeep";

  @Override
  String run() throws Exception {
    return S3Server.shared().uri(PATH).toString();
  }

  @Override
  Path files() throws Exception {
    return S3Server.shared().file(PATH);
  }
}
