/**
 * The job: what is trained, on what, how it is cut. Everything here is a pure function of the job
 * file and knows neither kernels nor machines; names and defaults are Keras's.
 */
package io.holdfast.job;
