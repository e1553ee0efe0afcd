package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.InputFile;
import io.holdfast.storage.Stores;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectStoreContract;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store on a server promises besides: each test has a run of its own there. */
abstract class ServerStoreContract extends ObjectStoreContract {
  static final int MIB = 1 << 20;

  private static final AtomicInteger RUNS = new AtomicInteger();

  private URI run;

  /** A location on the server. */
  abstract URI uri(String path);

  @BeforeEach
  void nextRun() {
    run = uri("/store/" + RUNS.incrementAndGet());
  }

  /** The run of this test. */
  final URI run() {
    return run;
  }

  @Override
  protected final ObjectStore open() throws IOException {
    return Stores.openOrMake(run);
  }

  @Test
  void aMissingRunIsNotMadeByReaders() {
    assertThatThrownBy(() -> Stores.open(run)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Stores.open(run)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> InputFile.open(run)).isInstanceOf(NoSuchFileException.class);
  }

  /** So large that it has several blocks in HDFS and several parts in S3. */
  @Test
  void aLargeObjectReadsBackFromAnyMemory() throws IOException {
    byte[] bytes = random(17 * MIB + 77);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try (ObjectWriter writer = open().create("large")) {
      writer.write(direct.slice(0, 1_000_001));
      for (int start = 1_000_001; start < bytes.length; start += MIB) {
        writer.write(ByteBuffer.wrap(bytes, start, Math.min(MIB, bytes.length - start)));
      }
      writer.sync();
      assertThat(writer.position()).isEqualTo(bytes.length);
    }
    try (ObjectReader reader = open().open("large")) {
      assertThat(reader.length()).isEqualTo(bytes.length);
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      reader.readFully(0, all);
      assertThat(all.array()).isEqualTo(bytes);
      for (int start : new int[] {2_000_000, 9 * MIB - 50}) {
        ByteBuffer some = ByteBuffer.allocateDirect(MIB);
        reader.readFully(start, some);
        assertThat(some.flip()).isEqualTo(ByteBuffer.wrap(bytes, start, MIB));
      }
    }
    try (InputStream in = InputFile.open(URI.create(run + "/large"))) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
