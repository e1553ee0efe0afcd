package io.holdfast.model.layer;

import io.holdfast.model.kernel.Matrix;
import java.util.Optional;

/**
 * What stands between two layers: one row a sample, row-major.
 *
 * @param gradient of the loss sum with respect to the value, of the same shape; absent where no
 *     earlier layer has trainable weights
 */
public record Signal(Matrix value, Optional<Matrix> gradient) {}
