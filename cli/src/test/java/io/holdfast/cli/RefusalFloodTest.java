package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

class RefusalFloodTest {
  private static final Marker REFUSED = MarkerFactory.getMarker(RefusalFlood.REFUSED);

  private final AtomicLong nanos = new AtomicLong();
  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("test");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  RefusalFloodTest() {
    RefusalFlood flood = new RefusalFlood(nanos::get);
    context.addTurboFilter(flood);
    log.setLevel(Level.INFO);
    lines.setContext(context);
    lines.start();
    log.addAppender(lines);
    flood.start();
  }

  @Test
  void aFloodIsCutAndCounted() {
    for (int i = 0; i < 1000; i++) {
      log.warn(REFUSED, "stranger {}", i);
    }
    assertThat(lines.list).hasSize(RefusalFlood.MAX_LINES);

    nanos.addAndGet(61_000_000_000L);
    log.warn(REFUSED, "one more");
    assertThat(lines.list.subList(RefusalFlood.MAX_LINES, lines.list.size()))
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            (1000 - RefusalFlood.MAX_LINES) + " more were refused in the minute before",
            "one more");
  }

  @Test
  void otherLinesPass() {
    for (int i = 0; i < 1000; i++) {
      log.warn("worker {} lost", i);
    }
    assertThat(lines.list).hasSize(1000);
  }
}
