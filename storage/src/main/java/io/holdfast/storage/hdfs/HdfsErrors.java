package io.holdfast.storage.hdfs;

import io.holdfast.storage.SettingsException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.ipc.RetriableException;
import org.apache.hadoop.ipc.StandbyException;

/** What Hadoop's exceptions mean. */
final class HdfsErrors {
  private static final Set<String> BROKEN_CONNECTION =
      Set.of("Connection reset by peer", "Broken pipe");
  private static final String ADVICE = "; *For more details see:.*";

  /** How HDFS says of a directory that it is not there as a file. */
  private static final String DIRECTORY = "Path is not a file";

  private static final int MOST_CAUSES = 10;

  private HdfsErrors() {}

  /**
   * An exception as the store's contract has it, with one line for an operator: what is missing,
   * what is taken, whom Kerberos refuses, and else one that says nothing about the bytes. The end
   * of a connection is no end of a file.
   *
   * @param name to begin the line with; empty if the line names it
   */
  static IOException translate(String name, IOException failure) {
    IOException cause = unwrapped(failure);
    if (cause instanceof FileNotFoundException && !line(cause).startsWith(DIRECTORY)) {
      return caused(new NoSuchFileException(name, null, line(cause)), cause);
    }
    if (cause instanceof org.apache.hadoop.fs.FileAlreadyExistsException
        || cause instanceof AlreadyBeingCreatedException) {
      return caused(new FileAlreadyExistsException(name, null, line(cause)), cause);
    }
    if (cause instanceof NoSuchFileException || cause instanceof FileAlreadyExistsException) {
      return cause;
    }
    Optional<String> refusal = isOutage(failure) ? Optional.empty() : KerberosErrors.meaning(cause);
    if (refusal.isPresent()) {
      return new SettingsException("HDFS refuses the connection: " + refusal.get(), cause);
    }
    return new IOException(name.isEmpty() ? line(cause) : name + ": " + line(cause), cause);
  }

  /**
   * Whether the NameNode did not answer, or is not ready to: it may be back soon. What was asked
   * for may have happened.
   */
  static boolean isOutage(IOException failure) {
    Throwable cause = unwrapped(failure);
    for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
      if (isOutageItself(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isOutageItself(Throwable cause) {
    return cause instanceof SocketException
        || cause instanceof SocketTimeoutException
        || cause instanceof EOFException
        || cause instanceof ClosedChannelException
        || cause instanceof SafeModeException
        || cause instanceof RetriableException
        || cause instanceof StandbyException
        || (cause.getClass() == IOException.class
            && BROKEN_CONNECTION.contains(String.valueOf(cause.getMessage())));
  }

  private static IOException unwrapped(IOException failure) {
    return failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
  }

  private static IOException caused(IOException translated, IOException cause) {
    translated.initCause(cause);
    return translated;
  }

  /** The NameNode sends its stack trace along, behind the first line; Hadoop adds advice to it. */
  private static String line(IOException cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow().replaceFirst(ADVICE, "");
  }
}
