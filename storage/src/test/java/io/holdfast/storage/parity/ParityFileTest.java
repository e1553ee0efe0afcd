package io.holdfast.storage.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleIndexBuilder;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any one shard file comes back from the others and the parity, whatever their lengths. */
class ParityFileTest {
  private static final int MIB = 1 << 20;
  private static final int LIMIT = 16 * MIB;

  @Property(tries = 25)
  void eachShardFileIsRebuiltBitForBit(@ForAll("lengths") List<Integer> lengths, @ForAll long seed)
      throws Exception {
    ObjectStore store =
        new FaultyStore(seed, InstantSource.fixed(Instant.EPOCH)).connect("x").store();
    BundleFiles files = new BundleFiles("ckpt");
    write(store, files, lengths, seed);
    try (ObjectWriter out = store.create(ParityFile.name(files))) {
      ParityWriter.write(files, store::open, out);
    }
    try (ParityFile parity = ParityFile.open(files, store::open)) {
      assertThat(parity.index()).isEqualTo(store.readSmall(files.index(), LIMIT));
      assertThat(parity.problem()).isEmpty();
      for (int shard = 0; shard < lengths.size(); shard++) {
        String name = files.shard(shard, lengths.size());
        byte[] was = store.readSmall(name, LIMIT);
        store.delete(name);
        try (ObjectWriter out = store.create("rebuilt-" + shard)) {
          parity.rebuild(shard, out);
        }
        assertThat(store.readSmall("rebuilt-" + shard, LIMIT)).isEqualTo(was);
        try (ObjectWriter out = store.create(name)) {
          out.write(ByteBuffer.wrap(was));
        }
      }
    }
  }

  private static void write(ObjectStore store, BundleFiles files, List<Integer> lengths, long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    BundleIndexBuilder builder = BundleIndex.builder(lengths.size());
    for (int shard = 0; shard < lengths.size(); shard++) {
      byte[] bytes = new byte[lengths.get(shard)];
      random.nextBytes(bytes);
      try (ObjectWriter out = store.create(files.shard(shard, lengths.size()))) {
        builder.add(
            shard,
            new ShardWriter(out)
                .append(
                    "v" + shard,
                    DataType.UINT8,
                    TensorShape.of(bytes.length),
                    ByteBuffer.wrap(bytes)));
      }
    }
    try (ObjectWriter out = store.create(files.index())) {
      out.write(ByteBuffer.wrap(builder.build().encode()));
    }
  }

  /** Around the ends of chunks, and far from them. */
  @Provide
  Arbitrary<List<Integer>> lengths() {
    return Arbitraries.of(1, 17, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 5)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }
}
