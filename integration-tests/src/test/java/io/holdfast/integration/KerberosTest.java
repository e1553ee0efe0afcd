package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real HDFS that wants Kerberos: runs and commands with a keytab or a ticket, runs that outlive
 * their tickets, and what is said to those who are not let in.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KerberosTest {
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  /** How long a ticket of the processes under test lives; they renew it after four fifths. */
  private static final int TICKET_SECONDS = 10;

  /** The supervisor, the coordinator, two workers. */
  private static final int PROCESSES = 4;

  private static final String TRAINER = "trainer/" + host() + "@" + Kdc.REALM;
  private static final String OTHER = "other@" + Kdc.REALM;
  private static final String CHANGED = "changed@" + Kdc.REALM;

  @TempDir static Path directory;

  private Kdc kdc;
  private SecureHdfs cluster;
  private Holdfast.Running running;
  private Path keytab;
  private Path site;
  private Path krb5;

  private static String host() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeAll
  void startAll() throws Exception {
    kdc = Kdc.start(directory.resolve("kdc"));
    cluster = SecureHdfs.start(directory.resolve("hdfs"), kdc);
    keytab = kdc.keytab("trainer", TRAINER);
    krb5 = kdc.clientConf("krb5.conf", TICKET_SECONDS);
    // Hadoop never renews within a minute of a login, which is longer than a ticket lives here.
    site = cluster.clientConf("site", Map.of("hadoop.kerberos.min.seconds.before.relogin", "1"));
    SmallJob.write(directory);
  }

  @AfterAll
  void stopAll() throws Exception {
    if (running != null) {
      running.kill();
    }
    cluster.close();
    kdc.close();
  }

  private Map<String, String> environment(Path site, Path krb5, Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(more);
    all.put("HADOOP_CONF_DIR", site.toString());
    all.put("HOLDFAST_JAVA_OPTIONS", "-Djava.security.krb5.conf=" + krb5);
    return all;
  }

  private Map<String, String> login(String principal, Path keytab) {
    return Map.of(
        "HOLDFAST_KERBEROS_PRINCIPAL", principal, "HOLDFAST_KERBEROS_KEYTAB", keytab.toString());
  }

  private Map<String, String> trainer() {
    return environment(site, krb5, login("trainer/_HOST@" + Kdc.REALM, keytab));
  }

  private Holdfast.Result command(Map<String, String> environment, String... arguments)
      throws Exception {
    return Holdfast.start(directory, environment, arguments).await();
  }

  private JsonNode query(String... arguments) throws Exception {
    Holdfast.Result result = command(trainer(), arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result.json();
  }

  @Test
  void aRunOutlivesItsTicketsAndEndsInTheBitsOfALocalDisk() throws Exception {
    URI run = cluster.uri("/runs/long");
    running = startLongRun(run);
    awaitSave(run, 1);
    int before = kdc.logins();
    // A ticket is renewed before it has run out; by the second time the first one is gone.
    Await.until(
        DEADLINE,
        () -> "tickets are not renewed: " + (kdc.logins() - before) + " logins",
        () -> kdc.logins() - before >= 2 * PROCESSES || !running.process().isAlive());
    cluster.killNameNode();
    cluster.startNameNode();
    cluster.awaitDataNodes();
    running.children("worker").get(0).destroyForcibly();
    awaitSave(run, newestStep(run) + 2);
    assertThat(command(trainer(), "stop", "--dir", run.toString()).exitCode()).isZero();
    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was killed (SIGKILL)").doesNotContain("cannot be listed");

    long last = newestStep(run);
    assertThat(query("show", run.toString(), "latest", "--json").get("digest").asText())
        .isEqualTo(localDigest(last));
    Holdfast.Result verified = command(trainer(), "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
    assertNoSecrets(List.of(result.all(), verified.all()));
  }

  private Holdfast.Running startLongRun(URI run) throws IOException {
    return Holdfast.start(
        directory,
        trainer(),
        "run",
        "job.yaml",
        "--dir",
        run.toString(),
        "--workers",
        "2",
        "--set",
        "steps=1000000",
        "--set",
        "checkpoint.every_steps=1",
        "--set",
        "checkpoint.async=false",
        "--set",
        "checkpoint.max_to_keep=3");
  }

  private void awaitSave(URI run, long step) throws Exception {
    Await.until(
        DEADLINE,
        () -> "no save of step " + step,
        () -> !running.process().isAlive() || newestStep(run) >= step);
  }

  /** The newest step that is saved; -1 if there is none, or no run. */
  private long newestStep(URI run) throws Exception {
    Holdfast.Result result = command(trainer(), "steps", run.toString(), "--json");
    return result.exitCode() == 0 ? result.json().path("latest").asLong(-1) : -1;
  }

  private String localDigest(long step) throws Exception {
    Holdfast.Result result =
        Holdfast.run(
            directory,
            "run",
            "job.yaml",
            "--dir",
            "local",
            "--set",
            "steps=" + step,
            "--set",
            "checkpoint.every_steps=1000000");
    assertThat(result.exitCode()).as(result.all()).isZero();
    return Holdfast.digest(directory, directory.resolve("local"), step);
  }

  /** A keytab's bytes, in any of the ways that a log may show bytes, are nowhere. */
  private void assertNoSecrets(List<String> outputs) throws IOException {
    List<String> texts = new ArrayList<>(outputs);
    try (Stream<Path> logs = Files.walk(directory.resolve("logs"))) {
      for (Path log : logs.filter(Files::isRegularFile).toList()) {
        texts.add(Files.readString(log));
      }
    }
    assertThat(String.join("\n", texts)).contains(TRAINER);
    for (String secret : KeytabSecrets.of(keytab)) {
      assertThat(texts).noneMatch(text -> text.toLowerCase(Locale.ROOT).contains(secret));
    }
  }

  @Test
  void aTicketOfKinitIsEnough() throws Exception {
    Path cache = kdc.ticketCache(TRAINER, keytab);
    Map<String, String> ticket = environment(site, krb5, Map.of("KRB5CCNAME", cache.toString()));
    Holdfast.Result result =
        command(ticket, "run", "job.yaml", "--dir", cluster.uri("/runs/kinit").toString());
    assertThat(result.exitCode()).as(result.all()).isZero();
  }

  @Test
  void whoIsNotLetInIsToldWhatToDo() throws Exception {
    Path others = kdc.keytab("others", OTHER);
    Path outdated = kdc.outdatedKeytab("outdated", CHANGED);
    assertRefused(2, environment(site, krb5, Map.of()), "kinit", "HOLDFAST_KERBEROS_KEYTAB");
    assertRefused(2, environment(site, krb5, login(TRAINER, others)), TRAINER, "klist -kt");
    String nobody = "nobody@" + Kdc.REALM;
    assertRefused(
        2,
        environment(site, krb5, login(nobody, kdc.keytabOfDeleted("deleted", nobody))),
        nobody,
        "no such");
    assertRefused(2, environment(site, krb5, login(CHANGED, outdated)), CHANGED, "key");
    assertRefused(
        2, environment(site, krb5, login(TRAINER, directory.resolve("missing"))), "no such file");
    assertRefused(
        4, environment(site, kdc.confOfNobody(), login(TRAINER, keytab)), "KDC", "krb5.conf");
    assertRefused(
        2,
        environment(site, directory.resolve("no-krb5.conf"), login(TRAINER, keytab)),
        "krb5.conf");
    Path simple = cluster.clientConf("simple", Map.of("hadoop.security.authentication", "simple"));
    assertRefused(2, environment(simple, krb5, Map.of()), "hadoop.security.authentication");
    assertThat(command(trainer(), "steps", cluster.uri("/refused").toString()).err())
        .contains("no such directory");
  }

  private void assertRefused(int exitCode, Map<String, String> environment, String... told)
      throws Exception {
    String run = cluster.uri("/refused").toString();
    for (String[] command : new String[][] {{"steps", run}, {"run", "job.yaml", "--dir", run}}) {
      Holdfast.Result result = command(environment, command);
      assertThat(result.exitCode()).as(result.all()).isEqualTo(exitCode);
      assertThat(result.out()).isEmpty();
      assertThat(result.err().lines()).as(result.all()).hasSize(1);
      assertThat(result.err()).contains(told);
    }
  }
}
