/** Where a URI leads: the store of a run, or one file to read, by its scheme. */
package io.holdfast.storage;
