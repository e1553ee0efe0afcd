/**
 * Speed, bytes and waiting shown beside a peer that is measured in the same run, in turn; never
 * asserted.
 */
package io.holdfast.benchmarks;
