/** What is compared with what. */
package io.holdfast.benchmarks.suite;
