/** Single loops, by JMH. */
package io.holdfast.benchmarks.micro;
