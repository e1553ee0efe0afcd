package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process of {@link LocalStoreTest}: claims again and again, publishes the same name for its term
 * and prints each term that it won.
 */
final class ClaimRacer {

  private ClaimRacer() {}

  public static void main(String[] args) throws IOException {
    ObjectStore store = LocalStore.open(Path.of(args[0]));
    int claims = Integer.parseInt(args[1]);
    for (int i = 0; i < claims; i++) {
      try {
        if (store.claim(0) instanceof ClaimOutcome.Won won) {
          System.out.println(won.tenure().term());
        }
      } catch (IOException e) {
        // Another one claimed while this one was still setting its term up.
        System.err.println("claim given up: " + e);
      }
    }
  }
}
