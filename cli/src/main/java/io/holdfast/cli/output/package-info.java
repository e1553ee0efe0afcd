/** Tables for people and JSON documents for programs. */
package io.holdfast.cli.output;
