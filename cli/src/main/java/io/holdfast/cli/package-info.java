/**
 * The command table: parses arguments, asks the rooms behind it, prints tables or one JSON
 * document, and turns every outcome into one of the documented exit codes.
 */
package io.holdfast.cli;
