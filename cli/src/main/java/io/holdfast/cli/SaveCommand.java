package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.SaveReply;
import io.holdfast.proto.v1.SaveRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code save}: a checkpoint now. */
@Command(
    name = "save",
    mixinStandardHelpOptions = true,
    header = "Has the live job save a checkpoint now; answers when it is COMMITTED.",
    footer = {
      "",
      "Training goes on meanwhile. If the present step is saved already, that checkpoint is the answer.",
      "JSON keys: step, prefix, state (COMMITTED or VERIFIED).",
      "Exit code 4: the save failed, with the reason; or nobody answered in time.",
      "",
      "Examples:",
      "  holdfast save --dir runs/mnist-cnn",
      "  holdfast save --coordinator 127.0.0.1:7000 --timeout 30 --json"
    })
final class SaveCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveRequest request;

  SaveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    SaveReply saved = request.ask(stub -> stub.saveNow(SaveRequest.getDefaultInstance()));
    if (request.json()) {
      Json.print(
          terminal.out(),
          Json.object()
              .put("step", saved.getStep())
              .put("prefix", saved.getPrefix())
              .put("state", saved.getState()));
    } else {
      terminal
          .out()
          .println(
              "Saved step " + saved.getStep() + ": " + saved.getState() + " " + saved.getPrefix());
    }
    return ExitCode.DONE.number();
  }
}
