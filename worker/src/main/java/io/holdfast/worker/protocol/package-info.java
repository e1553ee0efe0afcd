/**
 * The pure machine of a worker: {@link io.holdfast.worker.protocol.WorkerMachine#apply} takes a
 * state, the time and an event to the next state and the effects, in the order in which they must
 * happen. No clock, thread, disk, network, logger or randomness is here; a seeded simulation runs
 * the same code.
 */
package io.holdfast.worker.protocol;
