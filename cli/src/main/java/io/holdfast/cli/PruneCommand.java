package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.PruneRequest;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.Pruner;
import io.holdfast.storage.checkpoint.Retention;
import io.holdfast.storage.checkpoint.RetentionPolicy;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code prune}: retention, now. */
@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    header = "Deletes the checkpoints that the job's retention does not keep.",
    description = {
      "The policy is the one of the job in the newest checkpoint. Pinned ones stay, and so do the newest verified one,",
      "what is newer than that, and for a minute what was superseded just now. A living coordinator prunes by itself",
      "after each save; this has it do so now, by the policy that it was started with, and answers when it has.",
      "Exit code 4: the coordinator did not answer in time, or was lost before it did: ask again."
    },
    footer = {
      "",
      "JSON keys: run, dry_run, delete, a list of {step, prefix, bytes, reason}, keep, a list of {step, prefix, bytes,",
      "kept}.",
      "",
      "Examples:",
      "  holdfast prune runs/mnist-cnn --dry-run     what would go, and why",
      "  holdfast prune runs/mnist-cnn"
    })
final class PruneCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Option(names = "--dry-run", description = "Delete nothing; say what would be deleted.")
  private boolean dryRun;

  @Mixin private AnswerTimeout timeout;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  PruneCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    StoredRun stored = StoredRun.open(run);
    Pruning pruning = dryRun ? preview(stored) : prune(stored);
    if (json) {
      Json.print(terminal.out(), pruning.document(stored.uri(), dryRun));
    } else {
      pruning.table(dryRun).print(terminal.out());
    }
    return ExitCode.DONE.number();
  }

  private Pruning preview(StoredRun stored) {
    RetentionPolicy policy = policy(stored);
    Map<Prefix, Long> bytes = bytes(stored);
    return Pruning.of(
        stored.read(() -> Pruner.preview(stored.directory(), policy, Instant.now())), bytes);
  }

  private Pruning prune(StoredRun stored) throws InterruptedException {
    Optional<CoordinatorAt> leader = Vacancy.leaderOf(stored);
    if (leader.isPresent()) {
      return Pruning.of(
          leader
              .get()
              .ask(timeout.duration(), stub -> stub.prune(PruneRequest.getDefaultInstance())));
    }
    RetentionPolicy policy = policy(stored);
    Map<Prefix, Long> bytes = bytes(stored);
    return Pruning.of(stored.change(() -> pruneOffline(stored, policy)), bytes);
  }

  private RetentionPolicy policy(StoredRun stored) {
    return stored
        .policy()
        .orElseThrow(
            () ->
                CommandFailedException.badInput(
                    "RUN: " + run + ": has no checkpoint whose job says what to keep"));
  }

  private static Map<Prefix, Long> bytes(StoredRun stored) {
    return stored.checkpoints().stream()
        .collect(Collectors.toMap(StoredCheckpoint::prefix, StoredCheckpoint::bytes));
  }

  private static Retention.Plan pruneOffline(StoredRun stored, RetentionPolicy policy)
      throws IOException {
    OfflineTerm term = new OfflineTerm(stored.location(), stored.directory().store());
    return term.hold(
        (keeper, tenure) -> {
          term.require(keeper.settle(), "the run could not be put in order");
          Retention.Plan plan = keeper.pruner().plan(policy);
          term.require(keeper.pruner().apply(plan), "not all could be deleted");
          return plan;
        });
  }
}
