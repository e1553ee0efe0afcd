/**
 * TensorBoard's event files: scalars beside the checkpoints, for people. Losing one loses no
 * training.
 */
package io.holdfast.storage.events;
