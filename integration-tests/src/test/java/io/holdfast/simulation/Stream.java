package io.holdfast.simulation;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.WorkerMessage;

/**
 * One stream between a worker and a coordinator: in order, with delays, until it is reset; a black
 * hole swallows what is said and tells nobody. Messages that are lost end the stream, as on TCP.
 */
final class Stream {
  final long id;
  final SimCoordinator coordinator;
  final SimWorker worker;
  final long workerNumber;
  boolean blackHole;
  boolean coordinatorOpen = true;
  boolean workerOpen = true;
  private final World world;
  private long lastToCoordinator;
  private long lastToWorker;

  Stream(World world, long id, SimCoordinator coordinator, SimWorker worker, long workerNumber) {
    this.world = world;
    this.id = id;
    this.coordinator = coordinator;
    this.worker = worker;
    this.workerNumber = workerNumber;
  }

  private long delay() {
    return world.chance(0.02)
        ? world.between(50 * World.MILLI, 800 * World.MILLI)
        : world.between(100_000, 5 * World.MILLI);
  }

  void toCoordinator(WorkerMessage message) {
    if (blackHole || !workerOpen) {
      return;
    }
    lastToCoordinator = Math.max(world.now + delay(), lastToCoordinator + 1);
    world.at(
        lastToCoordinator,
        coordinator,
        () -> {
          if (coordinatorOpen) {
            coordinator.receive(this, message);
          }
        });
  }

  void toWorker(CoordinatorMessage message) {
    if (blackHole || !coordinatorOpen) {
      return;
    }
    lastToWorker = Math.max(world.now + delay(), lastToWorker + 1);
    world.at(
        lastToWorker,
        worker,
        () -> {
          if (workerOpen) {
            worker.receive(this, message);
          }
        });
  }

  void closedByCoordinator() {
    coordinatorOpen = false;
    tellWorker("closed by the coordinator");
  }

  void closedByWorker() {
    workerOpen = false;
    tellCoordinator("closed by the worker");
  }

  void reset(String reason) {
    tellCoordinator(reason);
    tellWorker(reason);
  }

  private void tellCoordinator(String reason) {
    if (blackHole) {
      return;
    }
    lastToCoordinator = Math.max(world.now + delay(), lastToCoordinator + 1);
    world.at(
        lastToCoordinator,
        coordinator,
        () -> {
          if (coordinatorOpen) {
            coordinatorOpen = false;
            coordinator.lost(this, reason);
          }
        });
  }

  private void tellWorker(String reason) {
    if (blackHole) {
      return;
    }
    lastToWorker = Math.max(world.now + delay(), lastToWorker + 1);
    world.at(
        lastToWorker,
        worker,
        () -> {
          if (workerOpen) {
            workerOpen = false;
            worker.lost(this, reason);
          }
        });
  }
}
