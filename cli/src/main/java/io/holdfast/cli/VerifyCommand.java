package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.checkpoint.VerificationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: reads checkpoints back and checks all there is to check. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header =
        "Reads a checkpoint back and checks every checksum, tiling and length, and that nothing unaccounted for is there.",
    description =
        "Exits with 3 if it finds damage, and names each file and what is wrong with it. Changes nothing.",
    footer = {
      "",
      "JSON keys: run, ok, checkpoints, a list of {step, prefix, ok, bytes, findings: a list of {file, kind, problem}},",
      "findings (files that belong to no checkpoint; with --all).",
      "",
      "Examples:",
      "  holdfast verify runs/mnist-cnn            the newest",
      "  holdfast verify runs/mnist-cnn 900",
      "  holdfast verify runs/mnist-cnn --all --json"
    })
final class VerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(
      index = "1",
      paramLabel = "STEP",
      arity = "0..1",
      description = "A step number, latest (the default) or best.")
  private String step;

  @Option(names = "--all", description = "Every checkpoint of the run, and every file in it.")
  private boolean all;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (all && step != null) {
      throw CommandFailedException.badInput("verify: STEP and --all exclude each other");
    }
    StoredRun stored = StoredRun.open(run);
    List<VerificationReport> reports = new ArrayList<>();
    List<Finding> strays = new ArrayList<>();
    if (all) {
      stored.checkpoints().forEach(checkpoint -> reports.add(verify(stored, checkpoint.prefix())));
      strays.addAll(stored.read(() -> Strays.all(stored.directory())));
    } else {
      if (step == null) {
        strays.addAll(stored.read(() -> Strays.newest(stored.directory())));
      }
      reports.add(verify(stored, stored.find(step == null ? StoredRun.LATEST : step)));
    }
    reports.removeIf(VerificationReport::gone);
    boolean ok = strays.isEmpty() && reports.stream().allMatch(VerificationReport::isClean);
    if (json) {
      Json.print(terminal.out(), document(stored, reports, strays, ok));
    } else {
      print(stored, reports, strays);
    }
    return (ok ? ExitCode.DONE : ExitCode.DAMAGED).number();
  }

  private static VerificationReport verify(StoredRun stored, Prefix prefix) {
    return stored.read(() -> stored.directory().verifyWithParity(prefix));
  }

  private static Stream<Finding> findings(VerificationReport report) {
    return Stream.of(report.damage(), report.foreign(), report.parity()).flatMap(List::stream);
  }

  private ObjectNode document(
      StoredRun stored, List<VerificationReport> reports, List<Finding> strays, boolean ok) {
    ObjectNode node = Json.object().put("run", stored.uri()).put("ok", ok);
    ArrayNode checkpoints = node.putArray("checkpoints");
    for (VerificationReport report : reports) {
      ObjectNode item = checkpoints.addObject();
      item.put("step", report.prefix().step())
          .put("prefix", report.prefix().toString())
          .put("ok", report.isClean());
      item.put("bytes", bytes(stored, report.prefix()));
      ArrayNode findings = item.putArray("findings");
      findings(report).forEach(finding -> findings.add(item(finding)));
    }
    ArrayNode others = node.putArray("findings");
    strays.forEach(finding -> others.add(item(finding)));
    return node;
  }

  static ObjectNode item(Finding finding) {
    return Json.object()
        .put("file", finding.file())
        .put("kind", finding.kind().name())
        .put("problem", finding.problem());
  }

  private static long bytes(StoredRun stored, Prefix prefix) {
    return stored.checkpoints().stream()
        .filter(checkpoint -> checkpoint.prefix().equals(prefix))
        .mapToLong(StoredCheckpoint::bytes)
        .sum();
  }

  private void print(StoredRun stored, List<VerificationReport> reports, List<Finding> strays) {
    for (VerificationReport report : reports) {
      String size = Text.bytes(bytes(stored, report.prefix()));
      terminal
          .out()
          .println(report.prefix() + ": " + (report.isClean() ? "whole, " + size : "DAMAGED"));
      findings(report).forEach(finding -> tell(stored, finding));
    }
    strays.forEach(finding -> tell(stored, finding));
    if (reports.isEmpty()) {
      terminal.out().println("No checkpoint to verify.");
    }
  }

  private void tell(StoredRun stored, Finding finding) {
    terminal.err().println("holdfast: " + stored.file(finding.file()) + ": " + finding.problem());
  }
}
