package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

/** Whatever stands in a job file, it is a job or one line: never another exception. */
final class JobFileFuzzTest {
  private static final String FILE = Path.of("job.yaml").toAbsolutePath().toString();
  private static final List<String> PIECES =
      List.of(
          "null",
          "~",
          "[]",
          "{}",
          "-1",
          "0",
          "1e999",
          "99999999999999999999",
          "\"",
          "'",
          "&a",
          "*a",
          "!!binary x",
          "!!set {a}",
          "? [x]",
          "- ",
          ": ",
          "\n",
          "\t",
          "  ",
          "[",
          "]",
          "{",
          "}",
          "#",
          "|",
          ">",
          "%",
          "@",
          "`",
          "---\n",
          "...\n",
          "<<: {a: 1}",
          "true",
          "yes",
          ".inf",
          ".nan",
          "0x1F",
          "012",
          "1_0",
          "2001-01-01",
          "adam",
          "sgd",
          "units",
          "model",
          "\u2028",
          "\u0000",
          "\ud83d\ude00",
          "=");

  @Property(tries = 400)
  void mutatedFilesAreJobsOrOneLine(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int edits) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(BadJobFilesTest.GOOD);
    for (int i = 0; i < edits; i++) {
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + random.nextInt(12));
      text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
    }
    requireJobOrOneLine(text.toString());
  }

  @Property(tries = 120)
  void arbitraryTextsAreOneLine(@ForAll @StringLength(max = 200) String text) {
    requireJobOrOneLine(text);
  }

  @Property(tries = 400)
  void valuesOfOtherTypesAreJobsOrOneLine(@ForAll long seed) {
    Random random = new Random(seed);
    String[] lines = BadJobFilesTest.GOOD.split("\n");
    int line = random.nextInt(lines.length);
    int colon = lines[line].indexOf(": ");
    if (colon > 0) {
      lines[line] = lines[line].substring(0, colon + 2) + tree(random, 4);
    }
    requireJobOrOneLine(String.join("\n", lines));
  }

  @Property(tries = 120)
  void overridesAreJobsOrOneLine(@ForAll @StringLength(max = 40) String text, @ForAll long seed) {
    String value = tree(new Random(seed), 3);
    for (String override :
        List.of(text, "model.layers[1]." + text, text + "=" + value, "mesh.shards=" + text)) {
      try {
        Job job = JobFile.parse(FILE, BadJobFilesTest.GOOD, List.of(override));
        requireCanonical(job);
      } catch (JobException e) {
        assertThat(e.getMessage()).doesNotContainPattern("\\R");
      }
    }
  }

  private static String tree(Random random, int depth) {
    int kind = random.nextInt(depth > 0 ? 9 : 7);
    return switch (kind) {
      case 0 -> "null";
      case 1 -> String.valueOf(random.nextBoolean());
      case 2 -> String.valueOf(random.nextLong());
      case 3 -> String.valueOf(random.nextInt(20) - 2);
      case 4 -> String.valueOf(random.nextGaussian());
      case 5 -> "\"x" + random.nextInt(100) + "\"";
      case 6 -> PIECES.get(random.nextInt(5));
      case 7 -> "[" + tree(random, depth - 1) + ", " + tree(random, depth - 1) + "]";
      default -> "{k" + random.nextInt(9) + ": " + tree(random, depth - 1) + "}";
    };
  }

  private static void requireJobOrOneLine(String text) {
    try {
      requireCanonical(JobFile.parse(FILE, text, List.of()));
    } catch (JobException e) {
      assertThat(e.getMessage()).startsWith(FILE.toString()).doesNotContainPattern("\\R");
    }
  }

  private static void requireCanonical(Job job) throws JobException {
    String text = JobText.write(job);
    assertThat(JobText.read("canonical", text)).isEqualTo(job);
  }
}
