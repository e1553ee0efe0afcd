/** Tests of the stores, and {@link io.holdfast.storage.store.FaultyStore} for those who use one. */
package io.holdfast.storage.store;
