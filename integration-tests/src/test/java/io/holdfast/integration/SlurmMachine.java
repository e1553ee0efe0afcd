package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A private Slurm on this machine: munged, slurmctld and a slurmd for each of the nodes n1 and n2,
 * which have addresses of their own. Everything lies in one directory and ends on close.
 */
final class SlurmMachine implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String[] PROGRAMS = {
    "munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo"
  };
  private static final List<String> NODES = List.of("n1", "n2");
  private static final int KEY_BYTES = 1024;

  private final Path directory;
  private final Path configuration;

  private SlurmMachine(Path directory) {
    this.directory = directory;
    this.configuration = directory.resolve("slurm.conf");
  }

  /** Why it cannot be started on this system; empty if it can. */
  static Optional<String> obstacle() {
    Optional<String> missing = Programs.missing(PROGRAMS);
    if (missing.isPresent()) {
      return Optional.of(missing.get() + " is not installed (Debian: slurm-wlm, munge)");
    }
    return "root".equals(System.getProperty("user.name"))
        ? Optional.empty()
        : Optional.of("slurmd starts tasks only as root");
  }

  /** Starts it in a directory of its own. */
  static SlurmMachine start(Path directory) throws Exception {
    SlurmMachine machine = new SlurmMachine(directory);
    try {
      machine.configure();
      machine.startMunge();
      machine.daemon("slurmctld", "-f", machine.configuration.toString());
      for (String node : NODES) {
        machine.startNode(node);
      }
      Await.until(
          DEADLINE,
          () -> "nodes are not idle: " + machine.run("sinfo").all(),
          () -> machine.run("sinfo", "-h", "-o", "%T %D").out().strip().equals("idle 2"));
      return machine;
    } catch (Exception | AssertionError e) {
      machine.close();
      throw e;
    }
  }

  private void configure() throws IOException, InterruptedException {
    for (String made : List.of("spool", "state", "log", "munge")) {
      Files.createDirectories(directory.resolve(made));
    }
    Path key = directory.resolve("munge/key");
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    Files.write(key, random);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    String host = Holdfast.startProcess(directory, List.of("hostname", "-s")).await().out().strip();
    Files.writeString(configuration, text(host));
  }

  private String text(String host) throws IOException {
    return """
        ClusterName=test
        SlurmctldHost=%2$s(127.0.0.1)
        SlurmctldPort=%3$d
        SlurmUser=root
        SlurmdUser=root
        AuthType=auth/munge
        AuthInfo=socket=%1$s/munge/socket,cred_expire=5
        StateSaveLocation=%1$s/state
        SlurmdSpoolDir=%1$s/spool/%%n
        SlurmctldPidFile=%1$s/slurmctld.pid
        SlurmdPidFile=%1$s/slurmd-%%n.pid
        SlurmctldLogFile=%1$s/log/slurmctld.log
        SlurmdLogFile=%1$s/log/slurmd-%%n.log
        ProctrackType=proctrack/linuxproc
        TaskPlugin=task/none
        JobAcctGatherType=jobacct_gather/none
        AccountingStorageType=accounting_storage/none
        JobCompType=jobcomp/none
        SelectType=select/cons_tres
        SelectTypeParameters=CR_Core
        SchedulerParameters=sched_interval=1,bf_interval=1
        MpiDefault=none
        SwitchType=switch/none
        ReturnToService=2
        SlurmdTimeout=5
        NodeName=n1 NodeAddr=127.0.0.2 NodeHostname=%2$s Port=%4$d CPUs=2
        NodeName=n2 NodeAddr=127.0.0.3 NodeHostname=%2$s Port=%5$d CPUs=2
        PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
        """
        .formatted(directory, host, freePort(), freePort(), freePort());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(0));
      return socket.getLocalPort();
    }
  }

  private void startMunge() throws IOException, InterruptedException {
    Path munge = directory.resolve("munge");
    daemon(
        "munged",
        "--force",
        "--num-threads=2",
        "--key-file=" + munge.resolve("key"),
        "--socket=" + munge.resolve("socket"),
        "--pid-file=" + munge.resolve("pid"),
        "--log-file=" + munge.resolve("log"),
        "--seed-file=" + munge.resolve("seed"));
  }

  private void startNode(String node) throws IOException, InterruptedException {
    daemon("slurmd", "-f", configuration.toString(), "-N", node);
  }

  private void daemon(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(environment());
    command.add(Programs.path(program));
    command.addAll(List.of(arguments));
    Holdfast.Result result = Holdfast.startProcess(directory, command).await();
    assertThat(result.exitCode()).as("%s: %s", program, result.all()).isZero();
  }

  /** Words before a command that is to find this Slurm. */
  List<String> environment() {
    return List.of("env", "SLURM_CONF=" + configuration);
  }

  /** Runs one of Slurm's client programs. */
  Holdfast.Result run(String... command) {
    List<String> words = new ArrayList<>(environment());
    words.addAll(List.of(command));
    try {
      return Holdfast.startProcess(directory, words).await();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What the node was is gone at once: its daemon, the keepers of its steps, all their tasks. */
  void killNode(String node) throws IOException {
    Path log = directory.resolve("log/slurmd-" + node + ".log");
    List<ProcessHandle> dead = new ArrayList<>();
    // The daemons first: none of them is to report what becomes of its tasks.
    dead.addAll(Processes.which(process -> Processes.hasOpen(process, log)));
    dead.addAll(
        Processes.which(
            process -> Processes.hasVariable(process, "SLURMD_NODENAME", node) && isOurs(process)));
    assertThat(dead).as("processes of " + node).hasSizeGreaterThan(1);
    Processes.killAll(dead);
  }

  private boolean isOurs(ProcessHandle process) {
    return Processes.hasVariable(process, "SLURM_CONF", configuration.toString());
  }

  /** Waits until Slurm has no job any more. */
  void awaitNoJob(Duration deadline) throws Exception {
    Await.until(
        deadline,
        () -> "jobs are left: " + run("squeue", "--long").all(),
        () -> run("squeue", "--noheader").out().isBlank());
  }

  @Override
  public void close() throws Exception {
    List<ProcessHandle> daemons = new ArrayList<>();
    for (String log : List.of("log/slurmctld.log", "log/slurmd-n1.log", "log/slurmd-n2.log")) {
      daemons.addAll(Processes.which(p -> Processes.hasOpen(p, directory.resolve(log))));
    }
    daemons.addAll(Processes.which(p -> Processes.hasOpen(p, directory.resolve("munge/log"))));
    daemons.addAll(Processes.which(this::isOurs));
    Processes.killAll(daemons);
    Await.until(
        DEADLINE,
        () -> "still there: " + daemons.stream().map(Holdfast::commandLine).toList(),
        () -> daemons.stream().noneMatch(ProcessHandle::isAlive));
  }
}
