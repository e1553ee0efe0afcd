/**
 * Coordinators and workers, as they are, in a simulated world: seeded network, disks, clocks,
 * crashes and pauses, with the design's invariants checked after every event.
 */
package io.holdfast.simulation;
