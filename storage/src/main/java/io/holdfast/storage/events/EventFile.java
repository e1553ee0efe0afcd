package io.holdfast.storage.events;

import io.holdfast.proto.tensorflow.Event;
import io.holdfast.proto.tensorflow.SessionLog;
import io.holdfast.proto.tensorflow.Summary;
import io.holdfast.storage.bundle.MaskedCrc32c;
import io.holdfast.storage.store.ObjectWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Map;

/**
 * Writes one event file that TensorBoard reads. For one thread.
 *
 * <pre>
 * record := length:u64le | masked_crc32c(length):u32le | Event | masked_crc32c(Event):u32le
 * </pre>
 */
public final class EventFile implements Closeable {
  private static final String VERSION = "brain.Event:2";
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private final ObjectWriter file;

  /** Begins the file with its version record. */
  public EventFile(ObjectWriter file, Instant now) throws IOException {
    this.file = file;
    append(Event.newBuilder().setWallTime(seconds(now)).setFileVersion(VERSION).build());
  }

  /** The name of a new event file: time and process make it unlike any other in the run. */
  public static String name(Instant now, String host, long pid, long term) {
    return String.format(
        "events.out.tfevents.%010d.%s.%d.t%d", now.getEpochSecond(), host, pid, term);
  }

  /** Tells TensorBoard that what earlier files say of steps from {@code step} on is void. */
  public void restart(long step, Instant now) throws IOException {
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    append(Event.newBuilder().setWallTime(seconds(now)).setStep(step).setSessionLog(start).build());
  }

  /** Adds the scalars of one step. */
  public void scalars(long step, Map<String, Double> values, Instant now) throws IOException {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) ->
            summary.addValue(
                Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue())));
    append(Event.newBuilder().setWallTime(seconds(now)).setStep(step).setSummary(summary).build());
  }

  /** Makes durable what was added. */
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void append(Event event) throws IOException {
    byte[] body = event.toByteArray();
    ByteBuffer record =
        ByteBuffer.allocate(HEADER_BYTES + body.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(body.length);
    record.putInt(MaskedCrc32c.of(record.slice(0, Long.BYTES)));
    record.put(body);
    record.putInt(MaskedCrc32c.of(record.slice(HEADER_BYTES, body.length)));
    file.write(record.flip());
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }
}
