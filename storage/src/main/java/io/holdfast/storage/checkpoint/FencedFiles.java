package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Function;

/** A leader's effects on several files, one after the other; the first that fails ends the row. */
final class FencedFiles {
  private final Tenure tenure;

  FencedFiles(Tenure tenure) {
    this.tenure = tenure;
  }

  EffectOutcome deleteAll(Collection<ObjectInfo> objects) {
    return tenure.deleteAll(objects.stream().map(ObjectInfo::name).toList());
  }

  /** Moves files into a directory, in their order. */
  EffectOutcome moveAll(Collection<ObjectInfo> objects, String directory) {
    return each(objects, object -> tenure.move(object.name(), directory + "/" + object.name()));
  }

  /** Does something to each until one is not settled. */
  static <T> EffectOutcome each(Collection<T> all, Function<T, EffectOutcome> effect) {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (T one : all) {
      outcome = effect.apply(one);
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    return outcome;
  }

  /** Steps that need the store to be read first; a failure to read is a known failure. */
  interface Steps {
    EffectOutcome take() throws IOException;
  }

  static EffectOutcome attempt(Steps steps) {
    try {
      return steps.take();
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.FAILED, e.toString());
    }
  }
}
