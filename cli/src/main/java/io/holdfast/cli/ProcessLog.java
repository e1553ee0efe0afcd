package io.holdfast.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** The log file of a coordinator or worker: appended to over restarts, rolled by size, bounded. */
final class ProcessLog {
  private static final FileSize ROLL_AT = FileSize.valueOf("4MB");
  private static final int ROLLED_FILES = 3;
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %property{pid} %-5level [%thread] %logger{1} - %msg%n";

  /** Its lines go to the log file only, and so not by way of the root. */
  private static final String HADOOP = "org.apache.hadoop";

  private ProcessLog() {}

  /**
   * Sends everything that is logged from now on to {@code FILE}, besides what standard error gets.
   */
  static void open(Path file) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.putProperty("pid", Long.toString(ProcessHandle.current().pid()));

    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();

    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(file.toString());
    appender.setEncoder(encoder);

    FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
    window.setContext(context);
    window.setParent(appender);
    window.setFileNamePattern(file + ".%i");
    window.setMinIndex(1);
    window.setMaxIndex(ROLLED_FILES);
    window.start();

    SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
    trigger.setContext(context);
    trigger.setMaxFileSize(ROLL_AT);
    trigger.start();

    appender.setRollingPolicy(window);
    appender.setTriggeringPolicy(trigger);
    appender.start();
    for (String logger : new String[] {org.slf4j.Logger.ROOT_LOGGER_NAME, HADOOP}) {
      ((Logger) LoggerFactory.getLogger(logger)).addAppender(appender);
    }
  }
}
