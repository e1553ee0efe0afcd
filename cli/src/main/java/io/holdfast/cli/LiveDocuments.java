package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.RefusedWorker;
import io.holdfast.proto.v1.SaveStatus;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.WorkerStatus;

/** The live job as JSON documents; docs/operate.md lists the keys. */
final class LiveDocuments {
  private LiveDocuments() {}

  static ObjectNode status(StatusReply status) {
    ObjectNode node = Json.object();
    node.put("run", status.getRun())
        .put("name", status.getName())
        .put("version", status.getVersion());
    node.put("term", status.getTerm()).put("round", status.getRound());
    node.put("phase", status.getPhase()).put("reason", status.getReason());
    node.put("step", status.getStep()).put("total_steps", status.getTotalSteps());
    node.put("epoch", status.getEpoch()).put("epochs", status.getEpochs());
    node.set("metrics", Json.numbers(status.getMetricsMap()));
    Json.number(node, "samples_per_second", status.getSamplesPerSecond());
    if (status.getNewestSavedStep() < 0) {
      node.putNull("newest_saved_step");
    } else {
      node.put("newest_saved_step", status.getNewestSavedStep());
    }
    if (status.hasSave()) {
      node.set("save", save(status.getSave()));
    } else {
      node.putNull("save");
    }
    node.put("workers", status.getWorkersCount());
    if (status.getSaveIntervalMillis() > 0) {
      node.putObject("save_interval")
          .put("millis", status.getSaveIntervalMillis())
          .put("reason", status.getSaveIntervalReason());
    }
    node.put("min_workers", status.getMinWorkers()).put("shards", status.getShards());
    node.putObject("member_change")
        .put("reason", status.getMemberChange())
        .put("age_millis", status.getMemberChangeMillis());
    return node;
  }

  private static ObjectNode save(SaveStatus save) {
    return Json.object()
        .put("step", save.getStep())
        .put("prefix", save.getPrefix())
        .put("state", save.getState())
        .put("kind", save.getKind())
        .put("age_millis", save.getAgeMillis())
        .put("files_written", save.getFilesWritten())
        .put("files", save.getFiles());
  }

  static ObjectNode workers(StatusReply status) {
    ObjectNode node = Json.object();
    ArrayNode workers = node.putArray("workers");
    status.getWorkersList().forEach(worker -> workers.add(worker(worker)));
    ArrayNode refused = node.putArray("refused");
    status.getRefusedList().forEach(worker -> refused.add(refused(worker)));
    return node;
  }

  private static ObjectNode worker(WorkerStatus worker) {
    ObjectNode node = Json.object();
    node.put("id", worker.getId()).put("host", worker.getHost()).put("pid", worker.getPid());
    node.put("state", worker.getState()).put("note", worker.getNote());
    node.put("step", worker.getStep()).put("steps_behind", worker.getStepsBehind());
    worker.getShardsList().forEach(node.putArray("shards")::add);
    node.put("owned_slices", worker.getOwnedSlices()).put("owned_bytes", worker.getOwnedBytes());
    node.put("lag_millis", worker.getLagMillis());
    Json.number(node, "samples_per_second", worker.getSamplesPerSecond());
    Json.number(node, "step_millis", worker.getStepMillis());
    Json.number(node, "wait_millis", worker.getWaitMillis());
    Json.number(node, "wait_share", worker.getWaitShare());
    return node.put("sent_bytes", worker.getSentBytes());
  }

  private static ObjectNode refused(RefusedWorker refused) {
    return Json.object()
        .put("id", refused.getId())
        .put("host", refused.getHost())
        .put("reason", refused.getReason())
        .put("age_millis", refused.getAgeMillis());
  }

  /** One picture of {@code watch}. */
  static ObjectNode picture(StatusReply status) {
    ObjectNode node = Json.object();
    node.set("status", status(status));
    node.set("workers", workers(status).get("workers"));
    return node;
  }
}
