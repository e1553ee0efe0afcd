/** Whole runs of real processes, real TensorFlow, real faults; and the arrows between the rooms. */
package io.holdfast.integration;
