/**
 * Optimizers with Keras 3's formulas, and sums of gradients: plain Java in strict float arithmetic,
 * element by element, so that any cut into slices gives the same bits.
 */
package io.holdfast.model.optimizer;
