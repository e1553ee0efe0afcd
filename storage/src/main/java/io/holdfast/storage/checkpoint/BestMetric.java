package io.holdfast.storage.checkpoint;

/**
 * The best value of the monitored metric so far and the step that has it.
 *
 * @param monitor the metric's name
 * @param value its best value
 * @param step the step it was measured at
 */
public record BestMetric(String monitor, double value, long step) {}
