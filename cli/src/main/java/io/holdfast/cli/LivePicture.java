package io.holdfast.cli;

import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.proto.v1.RefusedWorker;
import io.holdfast.proto.v1.SaveStatus;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.WorkerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The live job in lines for people. */
final class LivePicture {
  private static final double MILLIS_PER_SECOND = 1000;

  private LivePicture() {}

  /** The job, its save and its workers. */
  static List<String> lines(StatusReply status) {
    List<String> lines = new ArrayList<>(job(status));
    lines.addAll(workers(status));
    return lines;
  }

  static List<String> job(StatusReply status) {
    List<String> lines = new ArrayList<>();
    lines.add("run      " + status.getRun() + " (" + status.getName() + ")");
    lines.add("phase    " + status.getPhase() + ": " + status.getReason());
    lines.add(
        "step     %d of %d, epoch %d of %d"
            .formatted(
                status.getStep(), status.getTotalSteps(), status.getEpoch(), status.getEpochs()));
    lines.add("metrics  " + Text.metrics(status.getMetricsMap()));
    lines.add("speed    " + speed(status));
    lines.add("members  " + members(status));
    lines.add("saved    " + saved(status));
    if (status.getSaveIntervalMillis() > 0) {
      lines.add(
          "interval %s, %s"
              .formatted(seconds(status.getSaveIntervalMillis()), status.getSaveIntervalReason()));
    }
    if (status.hasSave()) {
      lines.add("saving   " + saving(status.getSave()));
    }
    return lines;
  }

  private static String speed(StatusReply status) {
    return String.format(Locale.ROOT, "%.0f samples/s", status.getSamplesPerSecond());
  }

  private static long atWork(StatusReply status) {
    return status.getWorkersList().stream().filter(worker -> worker.getShardsCount() > 0).count();
  }

  private static String members(StatusReply status) {
    return "%d at work of %d connected, at least %d, at most %d; last change %s ago: %s"
        .formatted(
            atWork(status),
            status.getWorkersCount(),
            status.getMinWorkers(),
            status.getShards(),
            seconds(status.getMemberChangeMillis()),
            status.getMemberChange());
  }

  private static String saved(StatusReply status) {
    return status.getNewestSavedStep() < 0 ? "nothing yet" : "step " + status.getNewestSavedStep();
  }

  private static String saving(SaveStatus save) {
    return "step %d: %s for %s (%s, %d of %d files, %s)"
        .formatted(
            save.getStep(),
            save.getState(),
            seconds(save.getAgeMillis()),
            save.getKind(),
            save.getFilesWritten(),
            save.getFiles(),
            save.getPrefix());
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / MILLIS_PER_SECOND);
  }

  /** A table of the workers, and those that were refused. */
  static List<String> workers(StatusReply status) {
    Table table =
        new Table(
            "WORKER",
            "STATE",
            "STEP",
            "BEHIND",
            "SHARDS",
            "SLICES",
            "OWNS",
            "SAMPLES/S",
            "STEP MS",
            "WAIT MS",
            "SENT",
            "HEARD",
            "NOTE");
    status.getWorkersList().forEach(worker -> row(table, worker));
    List<String> lines = new ArrayList<>(table.lines());
    for (RefusedWorker refused : status.getRefusedList()) {
      lines.add(
          "refused %s (%s) %s ago: %s"
              .formatted(
                  refused.getId(),
                  refused.getHost(),
                  seconds(refused.getAgeMillis()),
                  refused.getReason()));
    }
    return lines;
  }

  private static void row(Table table, WorkerStatus worker) {
    table.row(
        worker.getId(),
        worker.getState(),
        worker.getStep(),
        worker.getStepsBehind(),
        worker.getShardsCount() == 0 ? "-" : shards(worker),
        worker.getOwnedSlices(),
        Text.bytes(worker.getOwnedBytes()),
        String.format(Locale.ROOT, "%.0f", worker.getSamplesPerSecond()),
        String.format(Locale.ROOT, "%.1f", worker.getStepMillis()),
        String.format(Locale.ROOT, "%.1f", worker.getWaitMillis()),
        Text.bytes(worker.getSentBytes()),
        worker.getLagMillis() + " ms",
        worker.getNote());
  }

  private static String shards(WorkerStatus worker) {
    return worker.getShardsList().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** One line that differs when step, phase or members do. */
  static String line(StatusReply status) {
    String line =
        "%s  step %d/%d  epoch %d/%d  %s  %s  %d workers  saved %s"
            .formatted(
                status.getPhase(),
                status.getStep(),
                status.getTotalSteps(),
                status.getEpoch(),
                status.getEpochs(),
                Text.metrics(status.getMetricsMap()),
                speed(status),
                atWork(status),
                status.getNewestSavedStep() < 0 ? "-" : status.getNewestSavedStep());
    return status.getPhase().equals("TRAINING") ? line : line + "  (" + status.getReason() + ")";
  }
}
