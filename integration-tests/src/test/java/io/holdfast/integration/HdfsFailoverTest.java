package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run on a nameservice goes on when the active NameNode is lost and the standby takes over. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HdfsFailoverTest {
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final Pattern COMMITTED = Pattern.compile("Saved step (\\d+): COMMITTED");
  private static final long STEPS = 60;

  @TempDir static Path directory;

  private HighlyAvailableHdfs cluster;
  private Holdfast.Running running;

  @BeforeAll
  void startAll() throws Exception {
    cluster = HighlyAvailableHdfs.start(directory.resolve("hdfs"));
    SmallJob.write(directory);
  }

  @AfterAll
  void stopAll() throws Exception {
    if (running != null) {
      running.kill();
    }
    cluster.close();
  }

  @Test
  void aRunGoesOnWithTheStandbyAndNothingCommittedIsLost() throws Exception {
    URI run = cluster.uri("/runs/failover");
    running =
        start(
            "run",
            "job.yaml",
            "--dir",
            run.toString(),
            "--set",
            "steps=" + STEPS,
            "--set",
            "checkpoint.every_steps=1",
            "--set",
            "checkpoint.async=false");
    awaitSaved(5);
    cluster.kill("nn1");
    long acknowledged = saved();
    cluster.makeActive("nn2");
    assertThat(query("steps", run.toString(), "--json").get("latest").asLong())
        .isGreaterThanOrEqualTo(acknowledged);
    awaitSaved(acknowledged + 3);
    // And back: the one that was lost starts as the standby, and then is needed.
    cluster.startNameNode("nn1");
    cluster.kill("nn2");
    cluster.makeActive("nn1");

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).doesNotContain("was killed");
    JsonNode shown = query("show", run.toString(), "latest", "--json");
    assertThat(shown.get("step").asLong()).isEqualTo(STEPS);
    assertThat(shown.get("digest").asText()).isEqualTo(localDigest());
    assertThat(start("verify", run.toString(), "--all").await().exitCode()).isZero();
  }

  /** What stands for the host is neither a host nor a nameservice of the site. */
  @Test
  void anUnknownNameserviceIsOneLine() throws Exception {
    Holdfast.Result result = start("steps", "hdfs://nowhere.invalid/runs/x").await();
    assertThat(result.exitCode()).as(result.all()).isEqualTo(4);
    assertThat(result.err().lines()).as(result.all()).hasSize(1);
    assertThat(result.err()).contains("nowhere.invalid", "dfs.nameservices");
  }

  private Holdfast.Running start(String... arguments) throws IOException {
    Map<String, String> environment = Map.of("HADOOP_CONF_DIR", cluster.clientConf().toString());
    return Holdfast.start(directory, environment, arguments);
  }

  private JsonNode query(String... arguments) throws Exception {
    Holdfast.Result result = start(arguments).await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result.json();
  }

  private void awaitSaved(long step) throws Exception {
    Await.until(
        DEADLINE,
        () -> "no save of step " + step,
        () -> saved() >= step || !running.process().isAlive());
  }

  /** The newest step that the run has told to be saved; -1 for none. */
  private long saved() throws IOException {
    return COMMITTED
        .matcher(Files.readString(running.out()))
        .results()
        .map((MatchResult result) -> Long.parseLong(result.group(1)))
        .reduce((first, second) -> second)
        .orElse(-1L);
  }

  private static String localDigest() throws Exception {
    Holdfast.Result result =
        Holdfast.run(directory, "run", "job.yaml", "--dir", "local", "--set", "steps=" + STEPS);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return Holdfast.digest(directory, directory.resolve("local"), STEPS);
  }
}
