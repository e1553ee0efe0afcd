package io.holdfast.integration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.kerby.kerberos.kerb.keytab.Keytab;
import org.apache.kerby.kerberos.kerb.keytab.KeytabEntry;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;

/** The keys of a keytab as somebody might have printed them, in small letters. */
final class KeytabSecrets {
  private KeytabSecrets() {}

  static List<String> of(Path file) throws IOException {
    Keytab keytab = Keytab.loadKeytab(file.toFile());
    List<String> secrets = new ArrayList<>();
    for (PrincipalName principal : keytab.getPrincipals()) {
      for (KeytabEntry entry : keytab.getKeytabEntries(principal)) {
        byte[] key = entry.getKey().getKeyData();
        secrets.add(HexFormat.of().formatHex(key));
        secrets.add(HexFormat.ofDelimiter(" ").formatHex(key));
        secrets.add(Base64.getEncoder().encodeToString(key).toLowerCase(Locale.ROOT));
      }
    }
    return secrets;
  }
}
