/**
 * The values that coordinator and workers share, free of wire format, clock and thread, and their
 * one translator.
 */
package io.holdfast.protocol;
