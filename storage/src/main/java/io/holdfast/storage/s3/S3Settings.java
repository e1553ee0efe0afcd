package io.holdfast.storage.s3;

import io.holdfast.storage.SettingsException;
import io.holdfast.storage.hdfs.HadoopKeys;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;

/**
 * How a bucket is reached: by the keys that users of {@code s3a:} have in Hadoop's {@code
 * core-site.xml}, each also as {@code fs.s3a.bucket.BUCKET.*} for one bucket alone; and where they
 * are silent as the AWS SDK finds it (AWS_ACCESS_KEY_ID and its like, {@code ~/.aws}, the machine's
 * or the container's role).
 */
final class S3Settings {
  static final String ENDPOINT = "endpoint";
  static final String REGION = "endpoint.region";
  static final String PATH_STYLE = "path.style.access";
  static final String TLS = "connection.ssl.enabled";
  static final String ACCESS_KEY = "access.key";
  static final String SECRET_KEY = "secret.key";
  static final String SESSION_TOKEN = "session.token";
  static final String CHECKSUM = "create.checksum.algorithm";

  private static final String PREFIX = "fs.s3a.";
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final String ENDPOINTS = "a host, or a URI such as http://host:9000";
  private static final String REGIONS = "[A-Za-z0-9-]{1,63}";
  private static final int LARGEST_PORT = 65_535;
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** The longest silence within one answer; a large object is completed in less. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final HadoopKeys keys;
  private final String bucket;

  S3Settings(HadoopKeys keys, String bucket) {
    this.keys = keys;
    this.bucket = bucket;
  }

  /**
   * A client that makes each request once; {@link S3Calls} makes them again.
   *
   * @throws SettingsException if a setting is at fault
   * @throws IOException if a credential store of Hadoop's cannot be read
   */
  S3Client client() throws IOException {
    Optional<URI> endpoint = endpoint();
    Optional<Region> region = region();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .forcePathStyle(isSet(PATH_STYLE, false))
            .crossRegionAccessEnabled(endpoint.isEmpty() && region.isEmpty())
            .region(region.orElse(Region.US_EAST_1))
            .credentialsProvider(credentials());
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /** What the server checks each part of an object by; empty for servers that know none. */
  Optional<ChecksumAlgorithm> checksum() throws SettingsException {
    String name = get(CHECKSUM).orElse("CRC32C");
    return switch (name) {
      case "CRC32C" -> Optional.of(ChecksumAlgorithm.CRC32_C);
      case "NONE" -> Optional.empty();
      default -> throw bad(CHECKSUM, name, "CRC32C, NONE");
    };
  }

  private Optional<URI> endpoint() throws SettingsException {
    Optional<String> given = get(ENDPOINT);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    String text = given.get();
    if (!text.contains("://")) {
      text = (isSet(TLS, true) ? "https://" : "http://") + text;
    }
    try {
      URI uri = URI.create(text);
      if (isEndpoint(uri)) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          PREFIX + ENDPOINT + ": " + e.getMessage() + " (allowed: " + ENDPOINTS + ")", e);
    }
    throw bad(ENDPOINT, text, ENDPOINTS);
  }

  private static boolean isEndpoint(URI uri) {
    return SCHEMES.contains(uri.getScheme())
        && uri.getHost() != null
        && uri.getPort() <= LARGEST_PORT;
  }

  private Optional<Region> region() throws SettingsException {
    Optional<String> given = get(REGION);
    if (given.isPresent() && !given.get().matches(REGIONS)) {
      throw bad(REGION, given.get(), "a region such as us-east-1");
    }
    return given.map(Region::of).or(S3Settings::regionOfTheMachine);
  }

  private static Optional<Region> regionOfTheMachine() {
    try {
      return Optional.of(DefaultAwsRegionProviderChain.builder().build().getRegion());
    } catch (SdkClientException e) {
      // None is set: requests are led to the bucket's own region.
      return Optional.empty();
    }
  }

  private AwsCredentialsProvider credentials() throws IOException {
    Optional<String> access = secret(ACCESS_KEY);
    Optional<String> secret = secret(SECRET_KEY);
    if (access.isEmpty() && secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    if (access.isEmpty() || secret.isEmpty()) {
      throw new SettingsException(
          PREFIX + ACCESS_KEY + " and " + PREFIX + SECRET_KEY + " are needed together");
    }
    Optional<String> token = secret(SESSION_TOKEN);
    return StaticCredentialsProvider.create(
        token.isPresent()
            ? AwsSessionCredentials.create(access.get(), secret.get(), token.get())
            : AwsBasicCredentials.create(access.get(), secret.get()));
  }

  private boolean isSet(String key, boolean otherwise) throws SettingsException {
    String value = get(key).orElse(Boolean.toString(otherwise));
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(key, value, "true, false");
    };
  }

  private Optional<String> get(String key) {
    return keys.get(ofBucket(key)).or(() -> keys.get(PREFIX + key));
  }

  private Optional<String> secret(String key) throws IOException {
    Optional<String> own = keys.secret(ofBucket(key));
    return own.isPresent() ? own : keys.secret(PREFIX + key);
  }

  private String ofBucket(String key) {
    return PREFIX + "bucket." + bucket + "." + key;
  }

  private static SettingsException bad(String key, String value, String allowed) {
    return new SettingsException(PREFIX + key + ": " + value + " (allowed: " + allowed + ")");
  }
}
