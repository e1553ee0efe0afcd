/**
 * Keeps a coordinator and its workers running as child processes: starts them, replaces those that
 * die, and takes them down with itself.
 */
package io.holdfast.cli.supervisor;
