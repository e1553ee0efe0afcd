/**
 * TensorFlow's V2 checkpoint format ("tensor bundle"): values, reader and writer, independent of
 * TensorFlow itself. Nothing here knows of directories, runs or commits; that is {@code
 * io.holdfast.storage.checkpoint}.
 */
package io.holdfast.storage.bundle;
