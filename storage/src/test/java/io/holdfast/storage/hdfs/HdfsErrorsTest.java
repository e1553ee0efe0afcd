package io.holdfast.storage.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.SettingsException;
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

  /** As Hadoop 3.5.0 and the JDK word it, deep in what is thrown. */
  @Test
  void whomKerberosRefusesIsToldWhatToDo() {
    assertThat(
            HdfsErrors.translate(
                "x",
                new IOException(
                    "DestHost:destPort a:1 , LocalHost:localPort b/c:0. Failed on local exception",
                    new AccessControlException(
                        "Client cannot authenticate via:[TOKEN, KERBEROS]"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("kinit")
        .hasMessageContaining("HOLDFAST_KERBEROS_KEYTAB");
    assertThat(
            HdfsErrors.translate(
                "",
                new IOException(
                    "Couldn't set up IO streams",
                    new IllegalArgumentException(
                        "Failed to specify server's Kerberos principal name"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("dfs.namenode.kerberos.principal is missing");
    assertThat(
            HdfsErrors.translate(
                "x", remote(AccessControlException.class, "Permission denied: user=me")))
        .isExactlyInstanceOf(IOException.class);
  }

  /** A KDC that is away while a connection is made is an outage, and no fault of the settings. */
  @Test
  void aKdcThatIsAwayIsNoSetting() {
    IOException failure =
        new IOException(
            "No valid credentials provided: Failed to find any Kerberos tgt",
            new ConnectException("refused"));
    assertThat(HdfsErrors.isOutage(failure)).isTrue();
    assertThat(HdfsErrors.translate("x", failure)).isExactlyInstanceOf(IOException.class);
    assertThat(KerberosErrors.login("me", failure))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("KDC")
        .hasMessageEndingWith("refused");
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
