package io.holdfast.benchmarks;

import io.holdfast.cli.output.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What contenders reached, measured in turn round by round, so that whatever else the machine does
 * meets all of them. The first contender is the base of the ratios; a ratio is taken within one
 * round.
 */
public final class Comparison {
  private final String title;
  private final String unit;
  private final List<Contender> contenders;
  private final List<double[]> rounds = new ArrayList<>();

  /**
   * @param title what is compared
   * @param unit of what a contender reaches
   * @param contenders the base first
   */
  public Comparison(String title, String unit, List<? extends Contender> contenders) {
    this.title = title;
    this.unit = unit;
    this.contenders = List.copyOf(contenders);
  }

  /**
   * Measures {@code count} rounds after one that warms up and is dropped. Every second round goes
   * through the contenders backwards.
   */
  public Comparison measure(int count, PrintStream progress)
      throws IOException, InterruptedException {
    for (int round = 0; round <= count; round++) {
      double[] reached = new double[contenders.size()];
      for (int turn = 0; turn < reached.length; turn++) {
        int index = round % 2 == 0 ? turn : reached.length - 1 - turn;
        reached[index] = contenders.get(index).measure();
        progress.printf(
            Locale.ROOT,
            "  round %d%s  %s: %.2f %s%n",
            round,
            round == 0 ? " (dropped)" : "",
            contenders.get(index).name(),
            reached[index],
            unit);
      }
      if (round > 0) {
        rounds.add(reached);
      }
    }
    return this;
  }

  /** What a contender reached, and its ratio to the base, each as median and span. */
  public void print(PrintStream out) {
    out.println();
    out.println(title + " (" + rounds.size() + " rounds, in turn; one before them dropped)");
    Table table = new Table("", unit, "MIN", "MAX", "RATIO", "MIN", "MAX");
    for (int index = 0; index < contenders.size(); index++) {
      Spread reached = reached(index);
      Spread ratio = ratio(index);
      table.row(
          contenders.get(index).name(),
          number(reached.median()),
          number(reached.min()),
          number(reached.max()),
          number(ratio.median()),
          number(ratio.min()),
          number(ratio.max()));
    }
    table.print(out);
  }

  /** What the contender of that number reached. */
  public Spread reached(int index) {
    return Spread.of(rounds.stream().mapToDouble(round -> round[index]).toArray());
  }

  /** Its ratio to the base. */
  public Spread ratio(int index) {
    return Spread.of(rounds.stream().mapToDouble(round -> round[index] / round[0]).toArray());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 1000 ? "%.0f" : "%.3f", value);
  }
}
