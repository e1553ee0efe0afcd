package io.holdfast.storage.hdfs;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.SecurityUtil;
import org.apache.hadoop.security.UserGroupInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who this process is to Hadoop. With {@code hadoop.security.authentication=kerberos}: the
 * principal of a keytab if the environment names one, which is renewed for as long as the process
 * lives; else the ticket that {@code kinit} got. Without Kerberos: HADOOP_USER_NAME, else the user
 * of this machine.
 */
final class HdfsLogin {
  static final String PRINCIPAL = "HOLDFAST_KERBEROS_PRINCIPAL";
  static final String KEYTAB = "HOLDFAST_KERBEROS_KEYTAB";

  /** What who has no ticket can do. */
  static final String ADVICE = "do: kinit, or set " + PRINCIPAL + " and " + KEYTAB;

  private static final Logger LOG = LoggerFactory.getLogger(HdfsLogin.class);

  private HdfsLogin() {}

  /**
   * Logs in for the whole process.
   *
   * @param environment of this process
   * @throws SettingsException if there is neither ticket nor keytab, the keytab is not accepted, or
   *     it is given where there is no Kerberos
   * @throws IOException if the KDC cannot be reached
   */
  static void login(Configuration configuration, Map<String, String> environment)
      throws IOException {
    configure(configuration);
    String principal = environment.getOrDefault(PRINCIPAL, "");
    String keytab = environment.getOrDefault(KEYTAB, "");
    if (principal.isEmpty() && keytab.isEmpty()) {
      requireTicket();
      return;
    }
    if (principal.isEmpty() || keytab.isEmpty()) {
      throw new SettingsException(PRINCIPAL + " and " + KEYTAB + " are needed together");
    }
    if (!UserGroupInformation.isSecurityEnabled()) {
      throw new SettingsException(
          KEYTAB
              + " is set, but hadoop.security.authentication is not kerberos (in core-site.xml of"
              + " HADOOP_CONF_DIR)");
    }
    if (!Files.isReadable(Path.of(keytab))) {
      throw new SettingsException(KEYTAB + ": " + keytab + ": no such file that can be read");
    }
    login(SecurityUtil.getServerPrincipal(principal, (String) null), keytab);
  }

  private static void login(String principal, String keytab) throws IOException {
    try {
      UserGroupInformation.loginUserFromKeytab(principal, keytab);
    } catch (IOException e) {
      throw KerberosErrors.login(principal + " with " + KEYTAB + " " + keytab, e);
    }
    LOG.info("Logged in to Kerberos as {}", UserGroupInformation.getLoginUser().getUserName());
  }

  /** A delegation token serves too: YARN's containers have nothing else. */
  private static void requireTicket() throws IOException {
    if (!UserGroupInformation.isSecurityEnabled()) {
      return;
    }
    UserGroupInformation user = UserGroupInformation.getLoginUser();
    if (!user.hasKerberosCredentials() && user.getTokens().isEmpty()) {
      throw new SettingsException(
          "hadoop.security.authentication is kerberos (in core-site.xml of HADOOP_CONF_DIR), but"
              + " there is no Kerberos ticket, or it has run out ("
              + ADVICE
              + ")");
    }
  }

  private static void configure(Configuration configuration) throws SettingsException {
    try {
      UserGroupInformation.setConfiguration(configuration);
    } catch (IllegalArgumentException e) {
      // Such as a hadoop.security.authentication that there is none of; the message names it.
      throw new SettingsException(
          KerberosErrors.meaning(e)
              .orElse(e.getMessage() + " (in core-site.xml of HADOOP_CONF_DIR)"),
          e);
    }
  }
}
