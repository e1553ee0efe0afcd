package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.RepairReply;
import io.holdfast.proto.v1.RepairRequest;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RepairReport;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code repair}: rebuilds lost and damaged files from parity files. */
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    header = "Rebuilds lost or damaged files of checkpoints bit for bit from their parity files.",
    description = {
      "Of each checkpoint that was saved with checkpoint.parity: 1, the index and any one shard file can be rebuilt, and",
      "the parity file from the others. What is rebuilt is checked against every checksum before it replaces anything;",
      "the damaged file goes to .holdfast/quarantine. The file `checkpoint` is rebuilt from the indexes in any case.",
      "`run` does the same by itself when it starts. While a coordinator leads the run, that one does it, beside training.",
      "Exit code 4: it did not answer in time, or was lost before it did: ask again.",
      "Exits with 3 if something cannot be repaired, and says what; nothing of that checkpoint is touched."
    },
    footer = {
      "",
      "JSON keys: run, ok, checkpoints, a list of {step, prefix, ok, rebuilt: a list of files, findings: a list of {file,",
      "kind, problem}}.",
      "",
      "Examples:",
      "  holdfast repair runs/mnist-cnn            the newest, and every one whose index is lost",
      "  holdfast repair runs/mnist-cnn 900",
      "  holdfast repair runs/mnist-cnn --all"
    })
final class RepairCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private CheckpointOptions options;
  @Mixin private AnswerTimeout timeout;

  RepairCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    StoredRun stored = options.open();
    Optional<CoordinatorAt> leader = Vacancy.leaderOf(stored);
    List<Prefix> wanted = wanted(stored);
    List<RepairReport> reports =
        leader.isPresent() ? repaired(leader.get(), wanted) : repairOffline(stored, wanted);
    boolean ok = reports.stream().allMatch(RepairReport::isWhole);
    if (options.isJson()) {
      Json.print(terminal.out(), document(stored, reports, ok));
    } else {
      reports.forEach(report -> print(stored, report));
      if (reports.isEmpty()) {
        terminal.out().println("No checkpoint to repair.");
      }
    }
    return (ok ? ExitCode.DONE : ExitCode.DAMAGED).number();
  }

  /** A step whose index is lost has no checkpoint that could be found by its step. */
  private List<Prefix> wanted(StoredRun stored) {
    List<Prefix> lost = stored.read(stored.directory()::lostIndexes);
    TreeSet<Prefix> wanted = new TreeSet<>();
    if (options.isAll()) {
      stored.checkpoints().stream().map(StoredCheckpoint::prefix).forEach(wanted::add);
      wanted.addAll(lost);
    } else if (options.isSilent()) {
      stored.checkpoints().stream().map(StoredCheckpoint::prefix).forEach(wanted::add);
      wanted.headSet(wanted.isEmpty() ? new Prefix(1, 0, 0) : wanted.last()).clear();
      wanted.addAll(lost);
    } else {
      lost.stream()
          .filter(prefix -> options.step().equals("" + prefix.step()))
          .forEach(wanted::add);
      if (wanted.isEmpty()) {
        wanted.add(stored.find(options.step()));
      }
    }
    return List.copyOf(wanted);
  }

  private List<RepairReport> repaired(CoordinatorAt leader, List<Prefix> wanted) {
    RepairRequest request =
        RepairRequest.newBuilder()
            .addAllPrefixes(wanted.stream().map(Prefix::toString).toList())
            .build();
    RepairReply reply = leader.ask(timeout.duration(), stub -> stub.repair(request));
    return reply.getCheckpointsList().stream().map(Answered::report).toList();
  }

  private static List<RepairReport> repairOffline(StoredRun stored, List<Prefix> wanted) {
    boolean wantsParity = stored.wantsParity();
    OfflineTerm term = new OfflineTerm(stored.location(), stored.directory().store());
    return stored.change(
        () ->
            term.hold(
                (keeper, tenure) -> {
                  List<RepairReport> done = repair(keeper, wanted, wantsParity);
                  term.require(keeper.settle(), "the run could not be put in order");
                  return done;
                }));
  }

  private static List<RepairReport> repair(
      CheckpointKeeper keeper, List<Prefix> wanted, boolean wantsParity) throws IOException {
    List<RepairReport> reports = new ArrayList<>();
    for (Prefix prefix : wanted) {
      reports.add(keeper.repair(prefix, wantsParity));
    }
    return reports;
  }

  private static ObjectNode document(StoredRun stored, List<RepairReport> reports, boolean ok) {
    ObjectNode node = Findings.document(stored, ok);
    for (RepairReport report : reports) {
      ObjectNode item = Findings.addCheckpoint(node, report.prefix(), report.isWhole());
      ArrayNode rebuilt = item.putArray("rebuilt");
      report.rebuilt().forEach(rebuilt::add);
      Findings.put(item, report.damage());
    }
    return node;
  }

  private void print(StoredRun stored, RepairReport report) {
    if (!report.isWhole()) {
      terminal.out().println(report.prefix() + ": CANNOT BE REPAIRED");
    } else if (report.rebuilt().isEmpty()) {
      terminal.out().println(report.prefix() + ": whole, nothing to do");
    }
    report.rebuilt().forEach(name -> terminal.out().println(name + ": rebuilt"));
    Findings.print(terminal, stored, report.damage());
  }
}
