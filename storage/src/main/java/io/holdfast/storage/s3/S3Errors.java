package io.holdfast.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;

/** What the SDK's exceptions mean. */
final class S3Errors {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TIMEOUT = 408;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION = 412;
  private static final int RANGE = 416;
  private static final int TOO_MANY = 429;
  private static final int SERVER = 500;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int MOST_CAUSES = 10;

  /** Answers below 500 after which the same request may do. */
  private static final Set<String> PASSING =
      Set.of("RequestTimeout", "SlowDown", "ConditionalRequestConflict", "OperationAborted");

  private S3Errors() {}

  /** The server refused a request and did nothing; trying again would not help. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * An exception as the store's contract has it, with one line for an operator.
   *
   * @param name of the object, to begin the line with
   */
  static IOException translate(String name, Exception failure) {
    if (failure instanceof AwsServiceException answer) {
      return translate(name, answer);
    }
    if (failure instanceof AbortedException) {
      Thread.currentThread().interrupt();
      return caused(new InterruptedIOException(name + ": interrupted"), failure);
    }
    return failure instanceof IOException io
        ? io
        : new IOException(name + ": " + line(failure), failure);
  }

  private static IOException translate(String name, AwsServiceException answer) {
    String code = code(answer);
    if (answer.statusCode() == NOT_FOUND && !code.equals("NoSuchBucket")) {
      return caused(new NoSuchFileException(name), answer);
    }
    String text = name + ": S3 answers " + answer.statusCode() + " " + code + advice(answer);
    return isOutage(answer) || answer.statusCode() >= SERVER
        ? new IOException(text, answer)
        : new RefusedException(text, answer);
  }

  private static String advice(AwsServiceException answer) {
    if (answer.statusCode() == FORBIDDEN) {
      return " (check fs.s3a.access.key and fs.s3a.secret.key in core-site.xml of HADOOP_CONF_DIR,"
          + " or AWS's own variables and files; and that they may list, get, put and delete)";
    }
    String said = answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorMessage();
    return said == null || said.isBlank() ? "" : ": " + said.lines().findFirst().orElse("");
  }

  /** Whether a condition of the request (If-Match, If-None-Match) does not hold. */
  static boolean isUnmet(AwsServiceException answer) {
    return answer.statusCode() == PRECONDITION;
  }

  /** Whether there is no such object (or upload); not that the bucket is missing. */
  static boolean isMissing(AwsServiceException answer) {
    return answer.statusCode() == NOT_FOUND && !code(answer).equals("NoSuchBucket");
  }

  /** Whether bytes were asked for that the object does not have. */
  static boolean isBeyondEnd(AwsServiceException answer) {
    return answer.statusCode() == RANGE;
  }

  /**
   * Whether the server did not answer, or is not ready to: what was asked for may have happened.
   */
  static boolean isOutage(Exception failure) {
    if (failure instanceof AwsServiceException answer) {
      int status = answer.statusCode();
      return (status >= SERVER && status != NOT_IMPLEMENTED)
          || status == TIMEOUT
          || status == TOO_MANY
          || PASSING.contains(code(answer));
    }
    Throwable cause = failure;
    boolean network = false;
    for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
      if (isSettled(cause)) {
        return false;
      }
      network |= cause instanceof IOException;
      cause = cause.getCause();
    }
    return network;
  }

  /** What waiting does not mend. */
  private static boolean isSettled(Throwable cause) {
    return cause instanceof UnknownHostException
        || cause instanceof SSLHandshakeException
        || cause instanceof SSLPeerUnverifiedException
        || cause instanceof NoSuchFileException
        || cause instanceof RefusedException
        || cause instanceof AbortedException
        || cause instanceof InterruptedException
        || (cause instanceof InterruptedIOException && Thread.currentThread().isInterrupted());
  }

  private static String code(AwsServiceException answer) {
    String code = answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
    return code == null ? (answer.statusCode() == CONFLICT ? "Conflict" : "") : code;
  }

  private static String line(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }

  private static IOException caused(IOException translated, Throwable cause) {
    translated.initCause(cause);
    return translated;
  }
}
