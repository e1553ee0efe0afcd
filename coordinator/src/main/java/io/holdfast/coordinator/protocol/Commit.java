package io.holdfast.coordinator.protocol;

/** A live commit of this run. */
public record Commit(String prefix, boolean verified) {}
