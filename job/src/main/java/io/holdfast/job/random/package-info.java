/**
 * Random numbers as pure functions of (seed, step, row in the global batch, layer, element): the
 * same wherever and in whatever order they are drawn, so that bits do not depend on workers.
 */
package io.holdfast.job.random;
