/**
 * Layers with Keras 3's meaning, each for a fixed number of rows and one thread. A layer writes its
 * output and, on the way back, the gradient of its input and the sums over the rows of its weights'
 * gradients.
 */
package io.holdfast.model.layer;
