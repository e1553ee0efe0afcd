package io.holdfast.storage.hdfs;

import java.io.IOException;
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

  private static final Logger LOG = LoggerFactory.getLogger(HdfsLogin.class);

  private HdfsLogin() {}

  /**
   * Logs in for the whole process.
   *
   * @param environment of this process
   * @throws IOException if the keytab is not accepted, or is given where there is no Kerberos
   */
  static void login(Configuration configuration, Map<String, String> environment)
      throws IOException {
    UserGroupInformation.setConfiguration(configuration);
    String principal = environment.getOrDefault(PRINCIPAL, "");
    String keytab = environment.getOrDefault(KEYTAB, "");
    if (principal.isEmpty() && keytab.isEmpty()) {
      return;
    }
    if (principal.isEmpty() || keytab.isEmpty()) {
      throw new IOException(PRINCIPAL + " and " + KEYTAB + " are needed together");
    }
    if (!UserGroupInformation.isSecurityEnabled()) {
      throw new IOException(
          KEYTAB
              + " is set, but hadoop.security.authentication is not kerberos (in core-site.xml of"
              + " HADOOP_CONF_DIR)");
    }
    UserGroupInformation.loginUserFromKeytab(
        SecurityUtil.getServerPrincipal(principal, (String) null), keytab);
    LOG.info("Logged in to Kerberos as {}", UserGroupInformation.getLoginUser().getUserName());
  }
}
