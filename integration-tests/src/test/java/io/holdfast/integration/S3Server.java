package io.holdfast.integration;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A real S3-compatible server on the loopback address, S3Proxy over a directory, as a process that
 * can be killed and started again. One for all tests of this JVM; its clients find it by
 * HADOOP_CONF_DIR.
 */
final class S3Server {
  /** The one bucket. */
  static final String BUCKET = "holdfast";

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String KEY = "holdfast-tests";
  private static final String SECRET = "no-secret-at-all";

  private static S3Server shared;

  private final Path directory;
  private final int port;
  private Process process;

  private S3Server(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** The server, up. */
  static synchronized S3Server shared() throws Exception {
    if (shared == null) {
      Path above = Files.createDirectories(HadoopConf.DIRECTORY.getParent());
      S3Server server = new S3Server(Files.createTempDirectory(above, "s3"), freePort());
      server.configure();
      server.start();
      shared = server;
    }
    return shared;
  }

  private void configure() throws IOException {
    Files.createDirectories(directory.resolve("buckets").resolve(BUCKET));
    Files.writeString(directory.resolve("logback.xml"), Daemon.LOGBACK);
    Files.writeString(
        directory.resolve("s3proxy.properties"),
        """
        s3proxy.endpoint=%s
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem-nio2
        jclouds.filesystem.basedir=%s
        """
            .formatted(endpoint(), KEY, SECRET, directory.resolve("buckets")));
    HadoopConf.set(
        "core-site.xml",
        Map.of(
            "fs.s3a.endpoint",
            endpoint(),
            "fs.s3a.endpoint.region",
            "us-east-1",
            "fs.s3a.path.style.access",
            "true",
            "fs.s3a.access.key",
            KEY,
            "fs.s3a.secret.key",
            SECRET));
  }

  private String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  /** Another bucket, to which clients find by another port of the loopback address. */
  void makeBucket(String name, int clientPort) throws IOException {
    Files.createDirectories(directory.resolve("buckets").resolve(name));
    String key = "fs.s3a.bucket." + name + ".endpoint";
    HadoopConf.set("core-site.xml", Map.of(key, "http://127.0.0.1:" + clientPort));
  }

  /** A location in the bucket. */
  URI uri(String path) {
    return URI.create("s3a://" + BUCKET + path);
  }

  /** A client of the test's own. */
  S3Client client() {
    return S3Client.builder()
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .endpointOverride(URI.create(endpoint()))
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
        .build();
  }

  /** Where the server keeps an object of the bucket, as a file. */
  Path file(String path) {
    return directory.resolve("buckets").resolve(BUCKET + path);
  }

  /** Puts an object without bytes into the bucket, past the server's protocol. */
  void plant(String path) throws IOException {
    Path file = file(path);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
  }

  /** Starts it on its port, over what it has stored before, and waits until it listens. */
  void start() throws Exception {
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-cp",
                    classpath(),
                    Daemon.class.getName(),
                    "org.gaul.s3proxy.Main",
                    "--properties",
                    directory.resolve("s3proxy.properties").toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Await.until(DEADLINE, this::logged, this::isUp);
  }

  private String classpath() {
    Path jars = Path.of(System.getProperty("holdfast.s3proxy"));
    return String.join(
        System.getProperty("path.separator"),
        directory.toString(),
        jars + "/*",
        jars.resolveSibling("test-classes").toString());
  }

  private boolean isUp() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("the S3 server died: " + logged());
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return true;
    } catch (java.net.ConnectException starting) {
      return false;
    }
  }

  /** kill -9; returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private Path log() {
    return directory.resolve("s3proxy.log");
  }

  private String logged() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
