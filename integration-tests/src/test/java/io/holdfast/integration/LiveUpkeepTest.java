package io.holdfast.integration;

import java.nio.file.Path;

/** On a local disk. */
class LiveUpkeepTest extends LiveUpkeepContract {

  @Override
  String run() {
    return files().toString();
  }

  @Override
  Path files() {
    return directory.resolve("live");
  }
}
