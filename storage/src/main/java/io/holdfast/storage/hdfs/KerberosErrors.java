package io.holdfast.storage.hdfs;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a login or a connection that Kerberos refuses means, and what to do about it. */
final class KerberosErrors {
  private static final int MOST_CAUSES = 10;

  private KerberosErrors() {}

  /** Refusals: what each means, and what the JDK, the KDC or Hadoop says then. */
  private enum Refusal {
    NO_KEY(
        "the keytab holds no key of it that can be used (see: klist -kte KEYTAB)",
        "Unable to obtain password from user"),
    UNKNOWN("the KDC knows no such principal", "Client not found in Kerberos database"),
    OTHER_KEY(
        "the KDC has another key of it (export the keytab again)",
        "Checksum failed",
        "Integrity check on decrypted field failed",
        "Pre-authentication information was invalid"),
    CLOCKS("the clocks of this machine and of the KDC differ too much", "Clock skew too great"),
    NO_KDC("krb5.conf of this machine names no KDC of its realm", "Cannot locate KDC"),
    NO_REALM(
        "krb5.conf of this machine is missing or names no default_realm",
        "Can't get Kerberos realm"),
    NO_TICKET(
        "there is no Kerberos ticket, or it has run out (" + HdfsLogin.ADVICE + ")",
        "Client cannot authenticate via",
        "Failed to find any Kerberos tgt"),
    NOT_SIMPLE(
        "it wants Kerberos, but hadoop.security.authentication is not kerberos (in core-site.xml of"
            + " HADOOP_CONF_DIR)",
        "SIMPLE authentication is not enabled"),
    SIMPLE(
        "it does without Kerberos, but hadoop.security.authentication is kerberos (in core-site.xml"
            + " of HADOOP_CONF_DIR)",
        "Server asks us to fall back to SIMPLE auth"),
    NO_SERVER(
        "dfs.namenode.kerberos.principal is missing (in hdfs-site.xml of HADOOP_CONF_DIR)",
        "Failed to specify server's Kerberos principal name"),
    OTHER_SERVER(
        "it is not the dfs.namenode.kerberos.principal of hdfs-site.xml of HADOOP_CONF_DIR, or the"
            + " KDC does not know that one",
        "Server has invalid Kerberos principal",
        "Server not found in Kerberos database");

    private final String meaning;
    private final List<String> said;

    Refusal(String meaning, String... said) {
      this.meaning = meaning;
      this.said = List.of(said);
    }

    private static Optional<Refusal> of(Throwable failure) {
      String message = String.valueOf(failure.getMessage());
      return Arrays.stream(values())
          .filter(one -> one.said.stream().anyMatch(message::contains))
          .findFirst();
    }
  }

  /**
   * Why a login from a keytab failed: the settings, or nobody answered.
   *
   * @param who the principal, for the message
   */
  static IOException login(String who, IOException failure) {
    Optional<Throwable> away = causes(failure).filter(KerberosErrors::isNetwork).findFirst();
    if (away.isPresent()) {
      return new IOException(
          "the KDC that krb5.conf of this machine names cannot be reached, so "
              + who
              + " cannot log in: "
              + text(away.get()),
          failure);
    }
    String reason = meaning(failure).orElseGet(() -> text(last(failure)));
    return new SettingsException(who + " cannot log in to Kerberos: " + reason, failure);
  }

  /** What a failure says of settings that Kerberos does not accept; empty if it is about others. */
  static Optional<String> meaning(Throwable failure) {
    return causes(failure)
        .map(Refusal::of)
        .flatMap(Optional::stream)
        .findFirst()
        .map(refusal -> refusal.meaning);
  }

  private static boolean isNetwork(Throwable cause) {
    return cause instanceof SocketException
        || cause instanceof SocketTimeoutException
        || cause instanceof UnknownHostException;
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(MOST_CAUSES);
  }

  private static Throwable last(Throwable failure) {
    return causes(failure).reduce((first, second) -> second).orElse(failure);
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
