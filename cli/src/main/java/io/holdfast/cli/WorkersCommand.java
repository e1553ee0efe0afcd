package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.WorkerStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code workers}: who works on the live job. */
@Command(
    name = "workers",
    mixinStandardHelpOptions = true,
    header = "Lists the workers of the live job with their shards and lag.",
    footer = {
      "",
      "JSON keys: workers, a list of {id, host, pid, state, step, shards (logical data shards), owned_bytes,",
      "lag_millis (since the last sign of life)}.",
      "",
      "Examples:",
      "  holdfast workers --dir runs/mnist-cnn",
      "  holdfast workers --coordinator 127.0.0.1:7000 --json"
    })
final class WorkersCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveJob job;

  @Option(names = "--json", description = "One JSON document instead of a table.")
  private boolean json;

  WorkersCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StatusReply status = job.status();
    if (json) {
      Json.print(terminal.out(), document(status));
    } else {
      table(status).print(terminal.out());
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode document(StatusReply status) {
    ObjectNode node = Json.object();
    ArrayNode workers = node.putArray("workers");
    for (WorkerStatus worker : status.getWorkersList()) {
      ObjectNode item = workers.addObject();
      item.put("id", worker.getId()).put("host", worker.getHost()).put("pid", worker.getPid());
      item.put("state", worker.getState()).put("step", worker.getStep());
      worker.getShardsList().forEach(item.putArray("shards")::add);
      item.put("owned_bytes", worker.getOwnedBytes()).put("lag_millis", worker.getLagMillis());
    }
    return node;
  }

  private static Table table(StatusReply status) {
    Table table = new Table("WORKER", "HOST", "PID", "STATE", "STEP", "SHARDS", "OWNS", "LAG");
    for (WorkerStatus worker : status.getWorkersList()) {
      table.row(
          worker.getId(),
          worker.getHost(),
          worker.getPid(),
          worker.getState(),
          worker.getStep(),
          worker.getShardsList(),
          Text.bytes(worker.getOwnedBytes()),
          worker.getLagMillis() + " ms");
    }
    return table;
  }
}
