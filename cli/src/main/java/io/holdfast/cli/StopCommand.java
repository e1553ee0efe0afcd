package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.StopReply;
import io.holdfast.proto.v1.StopRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stop}: save, then end the job. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    header = "Has the live job save and stop; answers when the state is saved.",
    footer = {
      "",
      "The coordinator, its workers and `run` then leave with exit code 0, so that no launcher starts them again.",
      "The same `run` command goes on from there.",
      "JSON keys: step (0 if nothing is saved), prefix (null then).",
      "Exit code 4: the state could not be saved, with the reason; or nobody answered in time.",
      "",
      "Examples:",
      "  holdfast stop --dir runs/mnist-cnn",
      "  holdfast stop --coordinator 127.0.0.1:7000 --json"
    })
final class StopCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveRequest request;

  StopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StopReply reply = request.ask(stub -> stub.stop(StopRequest.getDefaultInstance()));
    if (request.json()) {
      Json.print(terminal.out(), document(reply));
    } else {
      terminal.out().println(text(reply));
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode document(StopReply reply) {
    ObjectNode node = Json.object();
    node.put("step", reply.getStep());
    return node.put("prefix", reply.getPrefix().isEmpty() ? null : reply.getPrefix());
  }

  private static String text(StopReply reply) {
    if (!reply.getPrefix().isEmpty()) {
      return "Stopped; step "
          + reply.getStep()
          + " is saved in "
          + reply.getPrefix()
          + ". The same command goes on from there.";
    }
    return "Stopped; no step was done, and nothing is saved.";
  }
}
