/** The parity file of a checkpoint: from it any one of the checkpoint's files can be rebuilt. */
package io.holdfast.storage.parity;
