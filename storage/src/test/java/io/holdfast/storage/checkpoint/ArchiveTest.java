package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.holdfast.storage.archive.ArchiveReader;
import io.holdfast.storage.archive.ArchiveWriter;
import io.holdfast.storage.archive.ArchivedCheckpoint;
import io.holdfast.storage.archive.DamagedArchiveException;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArchiveTest {
  private static final Prefix PREFIX = new Prefix(1, 1, 10);

  private final ObjectStore store = new FaultyStore(3, SmallRun.CLOCK).connect("a").store();
  private byte[] archive;

  /** One file of an archive. */
  private record Member(String name, byte[] bytes, byte kind) {}

  @BeforeEach
  void writeAnArchive() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    keeper.commit(SmallRun.write(keeper, PREFIX));
    archive = write();
  }

  private byte[] write() throws Exception {
    CheckpointDirectory directory = new CheckpointDirectory(store);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BundleReader reader = directory.open(PREFIX)) {
      ArchiveWriter.write(store, directory.list().find(PREFIX).orElseThrow(), reader.index(), out);
    }
    return out.toByteArray();
  }

  @Test
  void holdsTheCheckpointAsItIs() throws Exception {
    ArchivedCheckpoint archived = verify(archive);
    assertThat(archived.metadata())
        .isEqualTo(SmallRun.metadata(PREFIX, Map.of("val_loss", 1.0 / 11)));
    List<Member> members = members(archive);
    assertThat(members).hasSize(1 + SmallRun.SHARDS);
    for (Member member : members) {
      assertThat(member.bytes()).isEqualTo(store.readSmall(member.name(), 1 << 20));
    }
    assertThat(write()).as("the same bytes again").isEqualTo(archive);
  }

  @Test
  void anArchivedCheckpointComesBackWithTheSameBits() throws Exception {
    ObjectStore fresh = new FaultyStore(5, SmallRun.CLOCK).connect("fresh").store();
    CheckpointKeeper keeper = SmallRun.lead(fresh);
    CheckpointCopy copy;
    try (ArchiveReader reader = ArchiveReader.open(new ByteArrayInputStream(archive))) {
      copy = new CheckpointCopy(reader.bundle(), keeper, 10, SmallRun.SHARDS);
      assertThat(copy.run().status()).isEqualTo(CommitOutcome.Status.COMMITTED);
    }
    assertThat(keeper.readBack(copy.prefix()).isClean()).isTrue();
    try (BundleReader original = new CheckpointDirectory(store).open(PREFIX);
        BundleReader copied = keeper.directory().open(copy.prefix())) {
      assertThat(CheckpointDigest.of(copied)).isEqualTo(CheckpointDigest.of(original));
    }
  }

  /** Any bit, and any length; some bits of a Zstandard header mean nothing. */
  @Test
  void everyDamageIsFound() throws Exception {
    byte[] unpacked = unpacked(archive);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < archive.length; i++) {
      byte[] flipped = archive.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      if (!isDamaged(flipped)) {
        assertThat(unpacked(flipped)).as("seed %d, byte %d", seed, i).isEqualTo(unpacked);
      }
      assertDamaged(Arrays.copyOf(archive, i), "cut off at byte " + i);
    }
    assertDamaged(Arrays.copyOf(archive, archive.length + 1), "a byte more");
  }

  /** The contents of a sound archive are changed, as an attacker or a bug could. */
  @Test
  void whatIsNotTheCheckpointIsRefused() throws Exception {
    List<Member> good = members(archive);
    assertThat(verify(pack(good)).metadata().prefix()).isEqualTo(PREFIX);
    for (int i = 0; i < good.size(); i++) {
      Member member = good.get(i);
      for (int at = 0; at < member.bytes().length; at += 7) {
        byte[] flipped = member.bytes().clone();
        flipped[at] ^= 0x10;
        refuses(good, i, new Member(member.name(), flipped, member.kind()));
      }
      byte[] shorter = Arrays.copyOf(member.bytes(), member.bytes().length - 1);
      byte[] longer = Arrays.copyOf(member.bytes(), member.bytes().length + 1);
      refuses(good, i, new Member(member.name(), shorter, member.kind()));
      refuses(good, i, new Member(member.name(), longer, member.kind()));
      for (String name : List.of("../" + member.name(), "/etc/passwd", "x", "ckpt-t1r1-11.index")) {
        refuses(good, i, new Member(name, member.bytes(), member.kind()));
      }
      refuses(good, i, new Member(member.name(), new byte[0], TarConstants.LF_SYMLINK));
      List<Member> fewer = new ArrayList<>(good);
      fewer.remove(i);
      assertDamaged(pack(fewer), "without " + member.name());
      List<Member> more = new ArrayList<>(good);
      more.add(i, new Member("more", new byte[3], TarConstants.LF_NORMAL));
      assertDamaged(pack(more), "with more before " + member.name());
    }
    List<Member> behind = new ArrayList<>(good);
    behind.add(new Member("more", new byte[3], TarConstants.LF_NORMAL));
    assertDamaged(pack(behind), "with more behind");
    assertDamaged(pack(List.of()), "empty");
    assertDamaged(new byte[0], "no bytes");
  }

  @Test
  void whatCannotBeReadIsNotDamaged() {
    InputStream failing =
        new InputStream() {
          private int at;

          @Override
          public int read() throws IOException {
            if (at == archive.length / 2) {
              throw new IOException("Input/output error");
            }
            return archive[at++] & 0xff;
          }
        };
    assertThatThrownBy(() -> ArchivedCheckpoint.verify(failing))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(DamagedArchiveException.class)
        .hasMessage("Input/output error");
  }

  private static void refuses(List<Member> good, int index, Member bad) throws IOException {
    List<Member> members = new ArrayList<>(good);
    members.set(index, bad);
    assertDamaged(pack(members), good.get(index).name() + " as " + bad.name());
  }

  private static void assertDamaged(byte[] bytes, String what) {
    assertThatThrownBy(() -> verify(bytes))
        .as(what)
        .isInstanceOfAny(DamagedArchiveException.class, DamagedCheckpointException.class);
  }

  private static boolean isDamaged(byte[] bytes) throws Exception {
    try {
      verify(bytes);
      return false;
    } catch (DamagedArchiveException | DamagedCheckpointException e) {
      return true;
    }
  }

  private static byte[] unpacked(byte[] bytes) throws IOException {
    try (InputStream zstd = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
      return zstd.readAllBytes();
    }
  }

  private static ArchivedCheckpoint verify(byte[] bytes) throws Exception {
    return ArchivedCheckpoint.verify(new ByteArrayInputStream(bytes));
  }

  private static List<Member> members(byte[] archive) throws IOException {
    List<Member> members = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ZstdInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        members.add(new Member(entry.getName(), tar.readAllBytes(), entry.getLinkFlag()));
      }
    }
    return members;
  }

  private static byte[] pack(List<Member> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new ZstdOutputStream(out))) {
      for (Member member : members) {
        TarArchiveEntry entry = new TarArchiveEntry(member.name(), member.kind(), true);
        entry.setSize(member.bytes().length);
        tar.putArchiveEntry(entry);
        tar.write(member.bytes());
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }
}
