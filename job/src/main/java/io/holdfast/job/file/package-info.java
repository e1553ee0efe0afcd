/**
 * The job file: read from YAML or JSON, checked strictly, and written in a canonical form. Whatever
 * is wrong with a file is one {@link io.holdfast.job.file.JobException} with one line for people.
 */
package io.holdfast.job.file;
