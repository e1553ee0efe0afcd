package io.holdfast.storage.s3;

import io.holdfast.storage.hdfs.HadoopKeys;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
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
   * @throws IOException if a setting is at fault; the message names it
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
  Optional<ChecksumAlgorithm> checksum() throws IOException {
    String name = get(CHECKSUM).orElse("CRC32C");
    return switch (name) {
      case "CRC32C" -> Optional.of(ChecksumAlgorithm.CRC32_C);
      case "NONE" -> Optional.empty();
      default -> throw bad(CHECKSUM, name, "CRC32C, NONE");
    };
  }

  private Optional<URI> endpoint() throws IOException {
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
      if (uri.getHost() != null) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(
          PREFIX + ENDPOINT + ": " + e.getMessage() + " (allowed: a host or URI)", e);
    }
    throw bad(ENDPOINT, text, "a host, or a URI such as http://host:9000");
  }

  private Optional<Region> region() {
    return get(REGION).map(Region::of).or(S3Settings::regionOfTheMachine);
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
      throw new IOException(
          PREFIX + ACCESS_KEY + " and " + PREFIX + SECRET_KEY + " are needed together");
    }
    Optional<String> token = secret(SESSION_TOKEN);
    return StaticCredentialsProvider.create(
        token.isPresent()
            ? AwsSessionCredentials.create(access.get(), secret.get(), token.get())
            : AwsBasicCredentials.create(access.get(), secret.get()));
  }

  private boolean isSet(String key, boolean otherwise) throws IOException {
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

  private static IOException bad(String key, String value, String allowed) {
    return new IOException(PREFIX + key + ": " + value + " (allowed: " + allowed + ")");
  }
}
