package io.holdfast.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.function.LongSupplier;
import org.slf4j.Marker;

/**
 * Lets through only the first few lines a minute that strangers can cause, marked REFUSED, so that
 * a port scan neither hides what matters nor fills logs; the next minute says how many were left
 * out.
 */
public final class RefusalFlood extends TurboFilter {
  /** The marker's name. */
  static final String REFUSED = "REFUSED";

  /** Lines a minute at most. */
  static final int MAX_LINES = 20;

  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final LongSupplier clock;
  private long minuteStart;
  private int lines;

  /** For the logging configuration. */
  public RefusalFlood() {
    this(System::nanoTime);
  }

  RefusalFlood(LongSupplier nanoClock) {
    this.clock = nanoClock;
    this.minuteStart = nanoClock.getAsLong();
  }

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String format, Object[] args, Throwable cause) {
    boolean strangers = marker != null && marker.contains(REFUSED);
    boolean wanted = format != null && logger.getEffectiveLevel().levelInt <= level.levelInt;
    return strangers && wanted && !admit(logger) ? FilterReply.DENY : FilterReply.NEUTRAL;
  }

  private synchronized boolean admit(Logger logger) {
    long now = clock.getAsLong();
    if (now - minuteStart >= MINUTE_NANOS) {
      int left = lines - MAX_LINES;
      minuteStart = now;
      lines = 0;
      if (left > 0) {
        logger.warn("{} more were refused in the minute before", left);
      }
    }
    lines++;
    return lines <= MAX_LINES;
  }
}
