package io.holdfast.storage.checkpoint;

import java.time.Instant;

/**
 * One line of the journal: an attempt reached a state.
 *
 * @param prefix the attempt
 * @param state the state it reached
 * @param time when
 * @param reason for an operator: why it was asked for, given up, moved away; may be empty
 */
public record AttemptEvent(Prefix prefix, AttemptState state, Instant time, String reason) {}
