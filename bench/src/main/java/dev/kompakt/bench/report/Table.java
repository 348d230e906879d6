package dev.kompakt.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A table of aligned columns: the first to the left, the others to the right.
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... heads) {
    rows.add(List.of(heads));
  }

  /// Adds a row of as many cells as there are heads.
  public Table row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          cells.length + " cells under " + rows.getFirst().size() + " heads");
    }
    rows.add(List.of(cells));
    return this;
  }

  public void print(PrintStream out) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String blank = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + blank : "   " + blank + row.get(i));
      }
      String text = line.toString().stripTrailing();
      if (!text.isEmpty()) {
        out.println(text);
      }
    }
  }

  /// A figure with so many digits after the point.
  public static String figure(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  /// Bytes in the unit people think of them in.
  public static String bytes(long bytes) {
    if (bytes % (1 << 20) == 0) {
      return (bytes >> 20) + " MiB";
    }
    return bytes % (1 << 10) == 0 ? (bytes >> 10) + " KiB" : bytes + " B";
  }

  /// Bytes as kibibytes with one digit.
  public static String kibibytes(long bytes) {
    return figure(bytes / 1024.0, 1) + " KiB";
  }

  /// Bytes as mebibytes with one digit.
  public static String mebibytes(long bytes) {
    return figure(bytes / 1048576.0, 1) + " MiB";
  }
}
