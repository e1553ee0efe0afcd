package io.holdfast.coordinator.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.holdfast.proto.v1.StatusReply;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Those who watch: told the status again and again, and the last one for certain. Whoever reads
 * slowly misses pictures, so nothing piles up.
 */
final class Watchers {
  /** At the same time; more are refused. */
  private static final int MOST = 64;

  private final Set<ServerCallStreamObserver<StatusReply>> watchers = new LinkedHashSet<>();
  private boolean over;

  synchronized void add(ServerCallStreamObserver<StatusReply> watcher) {
    if (over || watchers.size() >= MOST) {
      Status why = over ? Status.UNAVAILABLE : Status.RESOURCE_EXHAUSTED;
      watcher.onError(
          why.withDescription(over ? "the coordinator leaves" : MOST + " watch already")
              .asRuntimeException());
      return;
    }
    watcher.setOnCancelHandler(() -> remove(watcher));
    watchers.add(watcher);
  }

  private synchronized void remove(ServerCallStreamObserver<StatusReply> watcher) {
    watchers.remove(watcher);
  }

  synchronized boolean isEmpty() {
    return watchers.isEmpty();
  }

  synchronized void tell(StatusReply picture) {
    for (ServerCallStreamObserver<StatusReply> watcher : List.copyOf(watchers)) {
      if (watcher.isReady()) {
        tell(watcher, picture);
      }
    }
  }

  private void tell(ServerCallStreamObserver<StatusReply> watcher, StatusReply picture) {
    try {
      watcher.onNext(picture);
    } catch (IllegalStateException | StatusRuntimeException gone) {
      watchers.remove(watcher);
    }
  }

  /** The last picture; nobody is told anything afterwards. */
  synchronized void end(StatusReply last) {
    over = true;
    for (ServerCallStreamObserver<StatusReply> watcher : List.copyOf(watchers)) {
      tell(watcher, last);
      if (watchers.contains(watcher)) {
        watcher.onCompleted();
      }
    }
    watchers.clear();
  }
}
