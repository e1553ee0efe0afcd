package io.holdfast.storage.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * One file of a run directory and what it takes.
 *
 * @param name relative to the run, '/'-separated
 * @param bytes its length
 * @param identity equal for names that are hard links to the same bytes, and only for those
 */
public record FileUse(String name, long bytes, Object identity) {

  public FileUse {
    Objects.requireNonNull(identity);
  }

  /**
   * Every file below a directory, in order of name; those that come or go meanwhile may or may not
   * be among them. Symbolic links are not followed.
   *
   * @param location a {@code file:} URI
   */
  public static List<FileUse> below(URI location) throws IOException {
    Path root = Path.of(location);
    List<FileUse> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(of(root, file, attributes));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException && !file.equals(root)) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            return failure instanceof NoSuchFileException && !directory.equals(root)
                ? FileVisitResult.CONTINUE
                : super.postVisitDirectory(directory, failure);
          }
        });
    files.sort(Comparator.comparing(FileUse::name));
    return files;
  }

  private static FileUse of(Path root, Path file, BasicFileAttributes attributes) {
    String name = root.relativize(file).toString().replace('\\', '/');
    // A file system that tells no inodes has, as far as anyone can see, no hard links either.
    Object identity = attributes.fileKey() == null ? name : attributes.fileKey();
    return new FileUse(name, attributes.size(), identity);
  }
}
