package io.holdfast.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.proto.tensorflow.Event;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Scalars come to be in event files though the disk fails now and then. */
class EventLogTest {
  private static final long DEADLINE_SECONDS = 30;
  private static final int RECORD_HEADER = Long.BYTES + Integer.BYTES;
  private static final int MOST_BYTES = 1 << 20;

  private final FaultyStore disk = new FaultyStore(1, Instant::now);
  private final FaultyStore.Client leader = disk.connect("leader");
  private final ObjectStore reader = disk.connect("reader").store();
  private final CountDownLatch failed = new CountDownLatch(1);

  private EventLog open() {
    return new EventLog(leader.store(), now -> "events.out.tfevents." + now.getEpochSecond());
  }

  private static LeaderEffect.WriteScalars step(long step) {
    return new LeaderEffect.WriteScalars(step, Map.of("loss", (double) step));
  }

  /** From now on each call of this kind fails. */
  private void fail(String operation) {
    leader.plan(
        call -> {
          if (!call.operation().equals(operation)) {
            return Fault.NONE;
          }
          failed.countDown();
          return Fault.ERROR;
        });
  }

  private void awaitFailure() throws InterruptedException {
    assertThat(failed.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private void await(List<String> told) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!events().equals(told)) {
      if (System.nanoTime() > end) {
        assertThat(events()).isEqualTo(told);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** All whole records of all files, in the order in which TensorBoard reads them. */
  private List<String> events() throws IOException {
    List<String> told = new ArrayList<>();
    for (ObjectInfo file : reader.list("")) {
      ByteBuffer bytes = ByteBuffer.wrap(reader.readSmall(file.name(), MOST_BYTES));
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.remaining() > RECORD_HEADER) {
        byte[] body = new byte[(int) bytes.getLong()];
        bytes.getInt();
        bytes.get(body);
        bytes.getInt();
        told.add(told(Event.parseFrom(body)));
      }
    }
    return told;
  }

  private static String told(Event event) {
    if (event.hasFileVersion()) {
      return "file";
    }
    return event.hasSessionLog() ? "from " + event.getStep() : "step " + event.getStep();
  }

  @Test
  void scalarsAreWrittenInOrder() throws Exception {
    try (EventLog log = open()) {
      log.add(step(3));
      await(List.of("file", "from 3", "step 3"));
      log.add(step(4));
    }
    assertThat(events()).containsExactly("file", "from 3", "step 3", "step 4");
  }

  @Test
  void afterAFailureANewFileGoesOn() throws Exception {
    try (EventLog log = open()) {
      log.add(step(1));
      await(List.of("file", "from 1", "step 1"));
      fail("write");
      log.add(step(2));
      awaitFailure();
      log.add(step(3));
      leader.plan(call -> Fault.NONE);
      await(List.of("file", "from 1", "step 1", "file", "from 2", "step 2", "step 3"));
    }
    assertThat(reader.list("")).hasSize(2);
  }

  /** A file without a durable record does not stay. */
  @Test
  void closedWhileItWaitsItTriesOnceMore() throws Exception {
    fail("force");
    try (EventLog log = open()) {
      log.add(step(5));
      awaitFailure();
      leader.plan(call -> Fault.NONE);
    }
    assertThat(events()).containsExactly("file", "from 5", "step 5");
    assertThat(reader.list("")).hasSize(1);
  }

  @Test
  void closedOverAStoreThatStaysBrokenItEnds() throws Exception {
    fail("create");
    try (EventLog log = open()) {
      log.add(step(5));
      awaitFailure();
    }
    assertThat(events()).isEmpty();
  }
}
