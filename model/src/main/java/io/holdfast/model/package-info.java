/**
 * The mathematics of a job: {@link io.holdfast.model.Network} takes a logical shard forward and
 * backward and gives gradient sums, {@code optimizer} updates slices, {@code data} reads samples.
 * Results are functions of the job, the values and the rows only, never of threads or workers. ND4J
 * is used in {@code kernel} and appears in no other package.
 */
package io.holdfast.model;
