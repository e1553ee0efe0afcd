package io.holdfast.storage.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file system of this machine, or one mounted on it, by java.nio. */
final class NioDisk implements FileTree {
  private final Path root;

  NioDisk(Path root) {
    this.root = root;
  }

  private Path at(String path) {
    return path.isEmpty() ? root : root.resolve(path);
  }

  @Override
  public OpenFile createNew(String path) throws IOException {
    return new ChannelFile(
        FileChannel.open(at(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public OpenFile openAppend(String path) throws IOException {
    return new ChannelFile(
        FileChannel.open(at(path), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  @Override
  public ObjectReader open(String path) throws IOException {
    return new ChannelReader(path, FileChannel.open(at(path), StandardOpenOption.READ));
  }

  @Override
  public List<Entry> list(String path, String beginning) throws IOException {
    List<Entry> entries = new ArrayList<>();
    DirectoryStream.Filter<Path> wanted =
        file -> file.getFileName().toString().startsWith(beginning);
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(at(path), wanted)) {
      for (Path file : stream) {
        addEntry(file, entries);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  private static void addEntry(Path file, List<Entry> entries) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      entries.add(
          new Entry(
              file.getFileName().toString(),
              attributes.isDirectory(),
              attributes.isDirectory() ? 0 : attributes.size(),
              attributes.lastModifiedTime().toInstant(),
              Optional.ofNullable(attributes.fileKey())));
    } catch (NoSuchFileException e) {
      // It went while the directory was read (or is a link to nowhere): it is not there.
      return;
    }
  }

  @Override
  public boolean exists(String path) throws IOException {
    try {
      Files.readAttributes(at(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    try {
      Files.createDirectory(at(path));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(at(path))) {
        throw e;
      }
    }
  }

  @Override
  public void publish(String source, String target) throws IOException {
    Files.createLink(at(target), at(source));
  }

  @Override
  public boolean link(String source, String target) throws IOException {
    Files.createLink(at(target), at(source));
    return true;
  }

  @Override
  public void rename(String source, String target) throws IOException {
    Files.move(at(source), at(target), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void remove(String path) throws IOException {
    Files.delete(at(path));
  }

  @Override
  public void syncDirectory(String path) throws IOException {
    try (FileChannel directory = FileChannel.open(at(path), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private record ChannelFile(FileChannel channel) implements OpenFile {
    @Override
    public void write(ByteBuffer source) throws IOException {
      while (source.hasRemaining()) {
        channel.write(source);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public long length() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelReader(String name, FileChannel channel) implements ObjectReader {
    @Override
    public long length() throws IOException {
      return channel.size();
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws IOException {
      long at = position;
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new EOFException(name + " ends at byte " + at);
        }
        at += count;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
