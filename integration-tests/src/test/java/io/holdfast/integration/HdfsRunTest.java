package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** Whole runs on a real HDFS. */
class HdfsRunTest extends ServerRunContract {

  @Override
  URI uri(String path) throws Exception {
    return HdfsCluster.shared().uri(path);
  }

  @Test
  void endsInTheBitsOfALocalDiskWhateverIsKilled() throws Exception {
    HdfsCluster cluster = HdfsCluster.shared();
    URI run = uri("/runs/killed");
    Holdfast.Running running = start(run);
    awaitNewSave(running, run, 1);
    cluster.kill("datanode-1");
    awaitNewSave(running, run, 2);
    kill(running, "worker");
    awaitNewSave(running, run, 1);
    long acknowledged = newestStep(run);
    cluster.kill("namenode");
    cluster.startNameNode();
    kill(running, "coordinator");
    awaitNewSave(running, run, 1);
    assertThat(newestStep(run)).isGreaterThanOrEqualTo(acknowledged);
    cluster.kill("datanode-2");
    cluster.startDataNode(1);
    cluster.startDataNode(2);

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was killed (SIGKILL)");
    cluster.awaitDataNodes();
    assertSameBits(run);
    assertThat(directory.resolve("logs")).isDirectory();
  }
}
