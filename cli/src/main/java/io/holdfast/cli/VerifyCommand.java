package io.holdfast.cli;

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
import picocli.CommandLine.Mixin;

/** {@code verify}: reads checkpoints back and checks all there is to check. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header =
        "Reads a checkpoint back and checks every checksum, tiling and length, and that nothing unaccounted for is there.",
    description = {
      "Exits with 3 if it finds damage, and names each file and what is wrong with it. Changes nothing. With --all it looks",
      "at every other file of the run too."
    },
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

  @Mixin private CheckpointOptions options;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = options.open();
    List<VerificationReport> reports = new ArrayList<>();
    List<Finding> strays = new ArrayList<>();
    if (options.isAll()) {
      stored.checkpoints().forEach(checkpoint -> reports.add(verify(stored, checkpoint.prefix())));
      strays.addAll(stored.read(() -> Strays.all(stored.directory())));
    } else {
      if (options.isSilent()) {
        strays.addAll(stored.read(() -> Strays.newest(stored.directory())));
      }
      reports.add(verify(stored, stored.find(options.step())));
    }
    reports.removeIf(VerificationReport::gone);
    boolean ok = strays.isEmpty() && reports.stream().allMatch(VerificationReport::isClean);
    if (options.isJson()) {
      Json.print(terminal.out(), document(stored, reports, strays, ok));
    } else {
      print(stored, reports, strays);
    }
    return (ok ? ExitCode.DONE : ExitCode.DAMAGED).number();
  }

  private static VerificationReport verify(StoredRun stored, Prefix prefix) {
    return stored.read(() -> stored.directory().verifyWithParity(prefix));
  }

  private static List<Finding> findings(VerificationReport report) {
    return Stream.of(report.damage(), report.foreign(), report.parity())
        .flatMap(List::stream)
        .toList();
  }

  private ObjectNode document(
      StoredRun stored, List<VerificationReport> reports, List<Finding> strays, boolean ok) {
    ObjectNode node = Findings.document(stored, ok);
    for (VerificationReport report : reports) {
      ObjectNode item = Findings.addCheckpoint(node, report.prefix(), report.isClean());
      Findings.put(item.put("bytes", bytes(stored, report.prefix())), findings(report));
    }
    Findings.put(node, strays);
    return node;
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
      Findings.print(terminal, stored, findings(report));
    }
    Findings.print(terminal, stored, strays);
    if (reports.isEmpty()) {
      terminal.out().println("No checkpoint to verify.");
    }
  }
}
