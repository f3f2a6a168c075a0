package dev.parley.store.jdbc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A file system of H2's on a disk that is full when the test says so. */
public final class FullDisk extends FilePathWrapper {
  // H2 makes an object for each path.
  private static volatile boolean isFull;

  /** For H2. */
  public FullDisk() {}

  static FullDisk register() {
    FullDisk disk = new FullDisk();
    disk.free();
    FilePath.register(disk);
    return disk;
  }

  void unregister() {
    FilePath.unregister(this);
  }

  void fill() {
    isFull = true;
  }

  void free() {
    isFull = false;
  }

  @Override
  public String getScheme() {
    return "full";
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new File(super.open(mode));
  }

  private static void requireSpace() throws IOException {
    if (isFull) {
      throw new IOException("No space left on device");
    }
  }

  private static final class File extends FileBaseDefault {
    private final FileChannel file;

    File(FileChannel file) {
      this.file = file;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
      requireSpace();
      return file.write(source, position);
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      requireSpace();
      file.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
