/** The benchmarks' way into the worker's own reading and writing of states. */
package io.holdfast.worker.runtime;
