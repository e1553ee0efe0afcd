package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.ForgedIndex;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One file of a run as it should not be.
 *
 * @param file the file's name
 * @param kind of file
 * @param how what was done to it
 * @param bytes what it has now
 */
record Mutation(String file, Kind kind, String how, byte[] bytes) {

  /** What kinds of file there are. */
  enum Kind {
    INDEX,
    SHARD,
    PARITY,
    STATE
  }

  /** Ways to change bytes without a thought for checksums. */
  private enum Way {
    FLIP,
    NOISE,
    ZEROS,
    ONES,
    CUT_OFF,
    EXTENDED_BY_ZEROS,
    EXTENDED_BY_NOISE,
    SWAPPED_BLOCKS,
    REPEATED_BLOCK,
    TAKEN_OUT,
    PUT_IN,
    EMPTY,
    OF_ANOTHER
  }

  private static final Way[] WAYS = Way.values();
  private static final int MAX_RUN = 64;
  private static final int MAX_EXTENSION = 5000;

  /**
   * Draws one that is not what the file should be.
   *
   * @param sound the run's files by name
   * @param victim the checkpoint that is hit, where it is not the file {@code checkpoint}
   * @param others files of other checkpoints and runs
   */
  static Mutation draw(
      Map<String, byte[]> sound, Prefix victim, List<byte[]> others, Random random) {
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    List<String> names =
        sound.keySet().stream().filter(name -> kindOf(name, victim) == kind).toList();
    String file = names.get(random.nextInt(names.size()));
    byte[] before = sound.get(file);
    while (true) {
      Mutation mutation = draw(file, kind, before, others, random);
      if (!Arrays.equals(mutation.bytes(), before)) {
        return mutation;
      }
    }
  }

  private static Kind kindOf(String name, Prefix victim) {
    if (name.equals("checkpoint")) {
      return Kind.STATE;
    }
    if (!name.startsWith(victim + ".")) {
      return null;
    }
    return name.endsWith(".index")
        ? Kind.INDEX
        : name.endsWith(".parity") ? Kind.PARITY : Kind.SHARD;
  }

  private static Mutation draw(
      String file, Kind kind, byte[] before, List<byte[]> others, Random random) {
    if (kind == Kind.INDEX && random.nextBoolean()) {
      ForgedIndex.Forgery forgery = ForgedIndex.of(before, random);
      return new Mutation(file, kind, "forged " + forgery.how(), forgery.bytes());
    }
    Way way = WAYS[random.nextInt(WAYS.length)];
    return new Mutation(file, kind, way.name(), changed(way, before, others, random));
  }

  private static byte[] changed(Way way, byte[] sound, List<byte[]> others, Random random) {
    byte[] bytes = sound.clone();
    int at = random.nextInt(bytes.length);
    int count = Math.min(1 + random.nextInt(MAX_RUN), bytes.length - at);
    switch (way) {
      case FLIP -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case NOISE -> System.arraycopy(noise(count, random), 0, bytes, at, count);
      case ZEROS -> Arrays.fill(bytes, at, at + count, (byte) 0);
      case ONES -> Arrays.fill(bytes, at, at + count, (byte) 0xff);
      case CUT_OFF -> bytes = Arrays.copyOf(bytes, at);
      case EXTENDED_BY_ZEROS ->
          bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(MAX_EXTENSION));
      case EXTENDED_BY_NOISE ->
          bytes = joined(bytes, noise(1 + random.nextInt(MAX_EXTENSION), random));
      case SWAPPED_BLOCKS -> {
        int half = bytes.length / 2;
        int length = Math.min(count, half);
        int low = random.nextInt(half - length + 1);
        int high = half + random.nextInt(half - length + 1);
        System.arraycopy(sound, low, bytes, high, length);
        System.arraycopy(sound, high, bytes, low, length);
      }
      case REPEATED_BLOCK -> {
        int to = random.nextInt(bytes.length - count + 1);
        System.arraycopy(sound, at, bytes, to, count);
      }
      case TAKEN_OUT ->
          bytes =
              joined(Arrays.copyOf(sound, at), Arrays.copyOfRange(sound, at + count, sound.length));
      case PUT_IN ->
          bytes =
              joined(
                  joined(Arrays.copyOf(sound, at), noise(count, random)),
                  Arrays.copyOfRange(sound, at, sound.length));
      case EMPTY -> bytes = new byte[0];
      case OF_ANOTHER -> bytes = others.get(random.nextInt(others.size()));
    }
    return bytes;
  }

  private static byte[] noise(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] joined(byte[] head, byte[] tail) {
    byte[] bytes = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, bytes, head.length, tail.length);
    return bytes;
  }

  @Override
  public String toString() {
    return file + ": " + how;
  }
}
