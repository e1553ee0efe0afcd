/**
 * Around the pure leader: election, one loop thread with one bounded inbox, gRPC to workers and
 * operators, and the storage thread that carries out what the protocol decides.
 */
package io.holdfast.coordinator.server;
