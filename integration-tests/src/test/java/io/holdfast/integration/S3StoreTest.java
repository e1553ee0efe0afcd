package io.holdfast.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.Stores;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The store contract on a real S3 server, and what is S3's own. */
class S3StoreTest extends ServerStoreContract {
  private static S3Server server;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.shared();
  }

  @Override
  URI uri(String path) {
    return server.uri(path);
  }

  @Test
  void aMissingBucketIsTold() {
    URI missing = URI.create("s3a://no-such-bucket/run");
    assertThatThrownBy(() -> Stores.openOrMake(missing))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("s3a://no-such-bucket/run/: S3 answers 404 NoSuchBucket");
    assertThatThrownBy(() -> Stores.open(URI.create("s3a:///run")))
        .hasMessage("s3a:///run names no bucket (allowed: s3a://bucket/path)");
  }

  @Test
  void whatIsClosedWithoutASyncIsNotThere() throws IOException {
    ObjectStore store = open();
    for (int length : new int[] {1, 9 * MIB}) {
      try (ObjectWriter writer = store.create("x")) {
        writer.write(ByteBuffer.allocate(length));
        assertThat(store.list("")).isEmpty();
      }
      assertThat(store.list("")).isEmpty();
    }
  }

  @Test
  void ofTwoWritersOfOneNameTheFirstToCompleteHasIt() throws IOException {
    ObjectStore store = open();
    for (int length : new int[] {1, 9 * MIB}) {
      String name = "x" + length;
      try (ObjectWriter late = store.create(name)) {
        late.write(ByteBuffer.allocate(length));
        write(store, name, "first");
        assertThatThrownBy(late::sync).isInstanceOf(FileAlreadyExistsException.class);
      }
      assertThat(read(store, name)).isEqualTo("first");
    }
  }

  /** Small ones are written anew, large ones copied by the server. */
  @Test
  void anAppendStreamMayBecomeLargerThanAPart() throws IOException {
    byte[] bytes = random(12 * MIB);
    ObjectStore store = open();
    int written = 0;
    for (int length : new int[] {2 * MIB, 2 * MIB, 1, 4 * MIB - 1, 1, 4 * MIB - 1}) {
      try (ObjectWriter writer = store.append("journal")) {
        assertThat(writer.position()).isEqualTo(written);
        writer.write(ByteBuffer.wrap(bytes, written, length / 2));
        writer.sync();
        writer.write(ByteBuffer.wrap(bytes, written + length / 2, length - length / 2));
        writer.sync();
        written += length;
      }
    }
    try (ObjectReader reader = store.open("journal")) {
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      reader.readFully(0, all);
      assertThat(reader.length()).isEqualTo(bytes.length);
      assertThat(all.array()).isEqualTo(bytes);
    }
  }

  @Test
  void twoWhoAppendDoNotOverwriteEachOther() throws IOException {
    ObjectStore store = open();
    write(store, "journal", "1");
    ObjectWriter late = store.append("journal");
    try (ObjectWriter writer = store.append("journal")) {
      writer.write(ByteBuffer.wrap("2".getBytes(UTF_8)));
    }
    late.write(ByteBuffer.wrap("3".getBytes(UTF_8)));
    assertThatThrownBy(late::sync).hasMessage("journal: another one wrote it meanwhile");
    assertThat(read(store, "journal")).isEqualTo("12");
  }

  @Test
  void aLargeObjectIsCopiedByTheServerAndAnEmptyOneToo() throws IOException {
    byte[] bytes = random(9 * MIB);
    ObjectStore store = open();
    try (ObjectWriter writer = store.create("large")) {
      writer.write(ByteBuffer.wrap(bytes));
      writer.sync();
    }
    write(store, "empty", "");
    assertThat(store.link("large", "d/copy")).isTrue();
    assertThat(store.link("empty", "none")).isTrue();
    assertThat(store.delete("large")).isTrue();
    try (ObjectReader reader = store.open("d/copy")) {
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      reader.readFully(0, all);
      assertThat(all.array()).isEqualTo(bytes);
    }
    assertThat(read(store, "none")).isEmpty();
    assertThat(Stores.filesBelow(run()))
        .extracting(file -> file.name() + " " + file.bytes())
        .containsExactly("d/copy " + bytes.length, "empty 0", "none 0");
  }

  @Test
  void aListingGoesOnOverPages() throws IOException {
    ObjectStore store = open();
    for (int i = 0; i < 1_050; i++) {
      server.plant(run().getPath() + "/d/" + i);
    }
    assertThat(names(store, "d")).hasSize(1_050);
  }

  @Test
  void aLeaderWhoseHoldfastFolderWasRemovedIsFenced() throws IOException {
    ObjectStore store = open();
    Tenure old = claim(store);
    assertThat(store.delete(".holdfast/terms/1")).isTrue();
    assertThat(publish(old, "b", "1")).isEqualTo(PublishOutcome.Status.FENCED);
    Tenure successor = claim(open());
    assertThat(successor.term()).isEqualTo(old.term());
    assertThat(publish(old, "b", "1")).isEqualTo(PublishOutcome.Status.FENCED);
    assertThat(publish(successor, "b", "1")).isEqualTo(PublishOutcome.Status.PUBLISHED);
  }

  /** Whatever a woken leader sends after a claim: it has only etags that it saw before. */
  @Test
  void noEtagSeenBeforeAClaimFitsTheCheckpointFile() throws IOException {
    Tenure old = claim(open());
    String key = run().getPath().substring(1) + "/checkpoint";
    try (S3Client client = server.client()) {
      for (int claims = 1; claims <= 3; claims++) {
        old.replace("checkpoint", "same".getBytes(UTF_8));
        String seen = client.headObject(r -> r.bucket(S3Server.BUCKET).key(key)).eTag();
        for (int i = 0; i < claims; i++) {
          old = claim(open());
        }
        assertThatThrownBy(
                () ->
                    client.putObject(
                        r -> r.bucket(S3Server.BUCKET).key(key).ifMatch(seen),
                        RequestBody.fromString("late")))
            .isInstanceOfSatisfying(
                S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        assertThat(read(open(), "checkpoint")).isEqualTo("same");
      }
    }
  }

  @Test
  void recordsOfOlderTermsGoWithTheNextRecordedClaim() throws IOException {
    ObjectStore store = open();
    for (int i = 1; i <= 3; i++) {
      Tenure tenure = claim(store);
      assertThat(tenure.record(record(tenure.term(), i)).isSettled()).isTrue();
    }
    assertThat(names(store, ".holdfast/terms")).containsExactly(".holdfast/terms/3");
    assertThat(names(store, ".holdfast/claims")).containsExactly(".holdfast/claims/3");
  }
}
