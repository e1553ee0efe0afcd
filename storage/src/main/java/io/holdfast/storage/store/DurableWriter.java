package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An object writer over one open file. Once a write or a sync has failed it never syncs again: the
 * kernel may have dropped the dirty pages, and a later fsync would succeed without them.
 */
final class DurableWriter implements ObjectWriter {
  private final FileTree disk;
  private final String name;
  private final FileTree.OpenFile file;
  private long position;
  private boolean nameDurable;
  private boolean broken;

  DurableWriter(FileTree disk, String name, FileTree.OpenFile file) throws IOException {
    this.disk = disk;
    this.name = name;
    this.file = file;
    this.position = file.length();
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    requireWhole();
    int count = source.remaining();
    broken = true;
    file.write(source);
    broken = false;
    position += count;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void sync() throws IOException {
    requireWhole();
    broken = true;
    file.force();
    if (!nameDurable) {
      disk.syncDirectory(ObjectNames.parent(name));
      nameDurable = true;
    }
    broken = false;
  }

  private void requireWhole() throws IOException {
    if (broken) {
      throw new IOException("an earlier write or sync of " + name + " has failed");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
