/** Losses and metrics with Keras 3's formulas, as sums over rows, in strict arithmetic. */
package io.holdfast.model.loss;
