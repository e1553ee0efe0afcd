package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.util.List;

/**
 * Where files that are too large to be published in one piece are written, {@code
 * .holdfast/staging/t<TERM>-NAME}: nobody sees them there, and one fenced move puts a whole and
 * durable file under its name. Writing may go on beside the leader's other effects.
 */
final class Staging {
  private static final String DIRECTORY = ".holdfast/staging";

  private final ObjectStore store;
  private final Tenure tenure;

  Staging(ObjectStore store, Tenure tenure) {
    this.store = store;
    this.tenure = tenure;
  }

  /** What goes into a file. */
  interface Content {
    void writeTo(ObjectWriter out) throws IOException, DamagedCheckpointException;
  }

  /** Writes a file durably; what fails is removed. */
  void write(String name, Content content) throws IOException, DamagedCheckpointException {
    discard(name);
    boolean whole = false;
    try (ObjectWriter out = store.create(staged(name))) {
      content.writeTo(out);
      out.sync();
      whole = true;
    } finally {
      if (!whole) {
        discard(name);
      }
    }
  }

  /** Where a file lies until it is installed. */
  String staged(String name) {
    return own() + name;
  }

  /** Puts a written file under its name, which must be free. */
  EffectOutcome install(String name) {
    return tenure.move(staged(name), name);
  }

  void discard(String name) throws IOException {
    store.delete(staged(name));
  }

  /** Removes what other terms have left. */
  EffectOutcome collectGarbage() throws IOException {
    List<ObjectInfo> left =
        store.list(DIRECTORY).stream().filter(o -> !o.name().startsWith(own())).toList();
    return new FencedFiles(tenure).deleteAll(left);
  }

  private String own() {
    return DIRECTORY + "/t" + tenure.term() + "-";
  }
}
