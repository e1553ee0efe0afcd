package io.holdfast.storage.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;

class HdfsErrorsTest {
  private static RemoteException remote(Class<? extends IOException> type, String message) {
    return new RemoteException(type.getName(), message + "\n\tat a.b.C(D.java:1)");
  }

  @Test
  void whatIsMissingAndWhatIsTakenIsTold() {
    assertThat(
            HdfsErrors.translate(
                "x", remote(FileNotFoundException.class, "File does not exist: /x")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(HdfsErrors.translate("x", remote(AlreadyBeingCreatedException.class, "held")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(
            HdfsErrors.translate(
                "x", remote(org.apache.hadoop.fs.FileAlreadyExistsException.class, "there")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(HdfsErrors.translate("x", new FileNotFoundException("Path is not a file: /x")))
        .isExactlyInstanceOf(IOException.class);
  }

  /** An end of file would mean that the object is short, and so damaged. */
  @Test
  void theEndOfAConnectionIsNoEndOfAFile() {
    assertThat(HdfsErrors.translate("x", new EOFException("Premature EOF")))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("x: Premature EOF");
  }

  @Test
  void aReasonIsOneLine() {
    assertThat(HdfsErrors.translate("x", remote(IOException.class, "could only be written to 0")))
        .hasMessage("x: could only be written to 0");
    assertThat(
            HdfsErrors.translate(
                "", new ConnectException("refused; For more details see:  http://somewhere")))
        .hasMessage("refused");
    assertThat(HdfsErrors.translate("x", new IOException((String) null)))
        .hasMessage("x: IOException");
  }

  @Test
  void onlyAnOutageIsWaitedFor() {
    assertThat(HdfsErrors.isOutage(new ConnectException("refused"))).isTrue();
    assertThat(HdfsErrors.isOutage(new IOException("failed", new EOFException()))).isTrue();
    assertThat(HdfsErrors.isOutage(remote(SafeModeException.class, "safe mode"))).isTrue();
    assertThat(HdfsErrors.isOutage(new UnknownHostException("nowhere"))).isFalse();
    assertThat(HdfsErrors.isOutage(remote(AccessControlException.class, "denied"))).isFalse();
    assertThat(HdfsErrors.isOutage(remote(DSQuotaExceededException.class, "quota"))).isFalse();
    assertThat(HdfsErrors.isOutage(new FileNotFoundException("x"))).isFalse();
  }
}
