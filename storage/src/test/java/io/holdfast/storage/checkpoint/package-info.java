/** Tests of the checkpoint directory on a store that fails and forgets. */
package io.holdfast.storage.checkpoint;
