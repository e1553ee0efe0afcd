/** Where samples come from: strictly checked files and made-up data, gathered a shard at a time. */
package io.holdfast.model.data;
