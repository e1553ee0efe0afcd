/**
 * What follows from a job alone: its layers' shapes, the list of its variables, how they are cut
 * into slices and placed on members, how a global batch is cut into shards and summed again. Pure
 * functions; equal jobs give equal plans in every process.
 */
package io.holdfast.job.plan;
