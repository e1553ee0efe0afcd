package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.DrainReply;
import io.holdfast.proto.v1.DrainRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code drain}: a worker leaves. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    header = "Has a worker leave the live job without a step being lost; answers when it has left.",
    footer = {
      "",
      "The state is saved at the next step, the others go on from there, and the worker's process ends with",
      "exit code 0; `run` does not replace it. Start a worker again to have it back. Refused if fewer than",
      "cluster.min_workers would be left. A drain that has begun goes on if nobody waits for it any more.",
      "JSON keys: worker, step (that the job had reached then).",
      "Exit code 2: no such worker, or it cannot be spared; 4: it failed, or nobody answered in time.",
      "",
      "Examples:",
      "  holdfast workers --dir runs/mnist-cnn                 # names",
      "  holdfast drain node7-4711-0a1b2c3d --dir runs/mnist-cnn"
    })
final class DrainCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveRequest request;

  @Parameters(paramLabel = "WORKER", description = "Its id, as `workers` shows it.")
  private String worker;

  DrainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    DrainReply reply =
        request.ask(stub -> stub.drain(DrainRequest.newBuilder().setWorkerId(worker).build()));
    if (request.json()) {
      Json.print(terminal.out(), Json.object().put("worker", worker).put("step", reply.getStep()));
    } else {
      terminal
          .out()
          .println("Drained worker " + worker + "; the others go on at step " + reply.getStep());
    }
    return ExitCode.DONE.number();
  }
}
