package io.holdfast.cli;

import io.holdfast.cli.launch.SshClient;
import io.holdfast.cli.launch.SshHost;
import io.holdfast.cli.supervisor.ChildSpec;
import io.holdfast.cli.supervisor.Death;
import io.holdfast.cli.supervisor.FreePort;
import io.holdfast.cli.supervisor.Supervisor;
import io.holdfast.job.Job;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code launch ssh}: a run on a list of machines, to the end. */
@Command(
    name = "ssh",
    mixinStandardHelpOptions = true,
    header = "Trains a job on a list of machines, to the end, over OpenSSH's client.",
    description = {
      "Starts the coordinator on the first host and workers on all, restarts what dies, and takes"
          + " everything down with",
      "itself. A host that cannot be reached is told by name and tried again with growing pauses;"
          + " the run goes on with",
      "the others. If it is the coordinator's, the next one takes over. Ctrl-C saves, then leaves."
          + " JOB, RUN and the",
      "program must be seen by every host under the same paths.",
      ""
    },
    footer = {
      "",
      "A host is [USER@]HOST[=ADDRESS]; ADDRESS is where the other hosts reach it, if HOST is an"
          + " alias.",
      "",
      "Examples:",
      "  holdfast launch ssh job.yaml --dir /shared/runs/a --hosts gpu1,gpu2 --insecure",
      "  holdfast launch ssh job.yaml --dir /shared/runs/a --hostfile hosts --workers-per-host 2",
      "  holdfast launch ssh job.yaml --dir /shared/runs/a --hosts gpu1,gpu2 --ssh 'ssh -p 2222 -i key'"
    })
final class LaunchSshCommand implements Callable<Integer> {

  /** Hosts on which a coordinator may be; workers look for it there. */
  private static final int MOST_COORDINATOR_HOSTS = 3;

  private static final int MOST_HOSTFILE_BYTES = 1 << 20;

  private final Terminal terminal;

  @Mixin private JobOptions jobOptions;

  @Option(
      names = "--dir",
      paramLabel = "RUN",
      required = true,
      description = "The run directory, on a file system that every host sees.")
  private String directory;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private HostList hostList;

  /** One of the two ways to say which machines. */
  static final class HostList {
    @Option(
        names = "--hosts",
        paramLabel = "HOST",
        split = ",",
        required = true,
        description = "The machines.")
    private List<String> hosts;

    @Option(
        names = "--hostfile",
        paramLabel = "FILE",
        required = true,
        description = "A file with one machine a line; # begins a comment.")
    private Path file;
  }

  @Option(
      names = "--workers-per-host",
      paramLabel = "N",
      defaultValue = "1",
      description = "Workers on each host (default: 1).")
  private int perHost;

  @Option(
      names = "--ssh",
      paramLabel = "COMMAND",
      defaultValue = "ssh",
      description = "OpenSSH's client with options of yours (default: ssh).")
  private String ssh;

  @Option(
      names = "--holdfast",
      paramLabel = "PATH",
      description = "This program's path on the hosts (default: its path here).")
  private Optional<String> holdfast;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Where the coordinator listens (default: one that is free here).")
  private Optional<Integer> port;

  @Option(
      names = "--insecure",
      description = "Listen beyond the loopback address although nothing is encrypted.")
  private boolean insecure;

  LaunchSshCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Job job = jobOptions.read();
    List<SshHost> hosts = hosts();
    checkSecurity(hosts);
    int workers = hosts.size() * Math.max(1, perHost);
    checkWorkers(job, hosts.size());
    RunLocation run = RunLocation.parse(directory);
    Optional<ObjectStore> existing = run.find();
    if (existing.isPresent()) {
      Vacancy.require(run, existing.get());
      new RunCheck(job, jobOptions.file(), run, existing.get()).requireFit();
    }
    ObjectStore store = run.openOrMake();
    terminal
        .out()
        .println("Run " + run.shown() + " on " + names(hosts) + " (logs in .holdfast/logs)");
    Supervisor supervisor = supervisor(run, store, hosts, workers);
    Shutdown shutdown = Shutdown.install(supervisor::stop);
    int exitCode = supervisor.run();
    shutdown.finished();
    return exitCode;
  }

  private List<SshHost> hosts() {
    try {
      return hostList.hosts != null
          ? SshHost.parse(hostList.hosts)
          : SshHost.parseFile(readHostFile(hostList.file));
    } catch (IllegalArgumentException e) {
      String source = hostList.hosts != null ? "--hosts" : hostList.file.toString();
      throw CommandFailedException.badInput(source + ": " + e.getMessage());
    }
  }

  private static List<String> readHostFile(Path file) {
    try {
      if (Files.size(file) > MOST_HOSTFILE_BYTES) {
        throw CommandFailedException.badInput(
            "--hostfile: " + file + ": has more than " + MOST_HOSTFILE_BYTES + " bytes");
      }
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw CommandFailedException.badInput("--hostfile: " + file + ": cannot be read: " + e);
    }
  }

  private void checkSecurity(List<SshHost> hosts) {
    for (SshHost host : hosts) {
      if (!insecure && !host.address().isLoopbackAddress()) {
        throw CommandFailedException.badInput(
            "--hosts: "
                + host.login()
                + ": nothing is encrypted between hosts yet (allowed: loopback addresses, or"
                + " --insecure)");
      }
    }
  }

  private void checkWorkers(Job job, int hosts) {
    int most = job.mesh().shards();
    if (perHost < 1 || (long) perHost * hosts > most) {
      throw CommandFailedException.badInput(
          "--workers-per-host: "
              + perHost
              + " on "
              + hosts
              + " hosts (allowed: 1 to "
              + most
              + " workers in all, the job's mesh.shards)");
    }
  }

  private static String names(List<SshHost> hosts) {
    return hosts.stream().map(SshHost::login).collect(Collectors.joining(", "));
  }

  private Supervisor supervisor(
      RunLocation run, ObjectStore store, List<SshHost> hosts, int workers) throws IOException {
    SshClient client =
        new SshClient(
            List.of(ssh.strip().split("\\s+")),
            holdfast.orElseGet(() -> Launcher.path().toString()));
    int coordinatorPort = port.isPresent() ? port.get() : FreePort.find();
    List<SshHost> leaders = hosts.subList(0, Math.min(MOST_COORDINATOR_HOSTS, hosts.size()));
    String addresses =
        leaders.stream().map(host -> host.at(coordinatorPort)).collect(Collectors.joining(","));
    ChildSpec coordinator = coordinator(client, leaders, coordinatorPort, run, workers);
    List<ChildSpec> workerSpecs =
        IntStream.rangeClosed(1, workers)
            .mapToObj(n -> worker(client, hosts.get((n - 1) % hosts.size()), n, addresses, run))
            .toList();
    return new Supervisor(
        coordinator, workerSpecs, () -> RunProgress.newestStep(store), this::tell);
  }

  /** Stays on its host while that can be reached, else goes on to the next. */
  private ChildSpec coordinator(
      SshClient client, List<SshHost> hosts, int coordinatorPort, RunLocation run, int workers) {
    int[] at = {0};
    return new ChildSpec(
        "coordinator",
        ChildSpec.Place.OVER_SSH,
        last -> {
          if (last.equals(Optional.of(new Death.Unreachable()))) {
            at[0] = (at[0] + 1) % hosts.size();
            tell("the coordinator moves to " + hosts.get(at[0]).login());
          }
          SshHost host = hosts.get(at[0]);
          return client.command(host, coordinatorArguments(host.at(coordinatorPort), run, workers));
        });
  }

  private List<String> coordinatorArguments(String listen, RunLocation run, int workers) {
    List<String> arguments = new ArrayList<>(List.of("coordinator"));
    arguments.addAll(jobOptions.arguments());
    arguments.addAll(List.of("--dir", run.shown(), "--listen", listen));
    arguments.addAll(List.of("--log-file", run.logs().resolve("coordinator.log").toString()));
    arguments.addAll(List.of("--workers", String.valueOf(workers), "--progress", "plain"));
    if (insecure) {
      arguments.add("--insecure");
    }
    return arguments;
  }

  private static ChildSpec worker(
      SshClient client, SshHost host, int number, String coordinators, RunLocation run) {
    String log = run.logs().resolve("worker-" + number + ".log").toString();
    List<String> arguments =
        List.of("worker", "--coordinator", coordinators, "--listen", host.at(0), "--log-file", log);
    return new ChildSpec(
        "worker " + number + " on " + host.login(),
        ChildSpec.Place.OVER_SSH,
        last -> client.command(host, arguments));
  }

  private void tell(String line) {
    terminal.err().println("holdfast: " + line);
  }
}
