package io.holdfast.cli.supervisor;

import java.util.List;
import java.util.function.Supplier;

/**
 * A child to keep running.
 *
 * @param name for people, such as {@code worker 1}
 * @param arguments the command line after the program's name, asked for anew at each start
 */
public record ChildSpec(String name, Supplier<List<String>> arguments) {}
