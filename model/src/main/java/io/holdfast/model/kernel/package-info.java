/**
 * Dense matrices outside the Java heap and the few operations on them that layers need. The only
 * package that touches ND4J.
 *
 * <p>Bits: with one thread a native kernel's result depends on its operands' shapes and values and
 * on the instruction set, not on addresses or on what other threads do. {@link
 * io.holdfast.model.kernel.KernelEnvironment} fixes threads and instruction set.
 */
package io.holdfast.model.kernel;
