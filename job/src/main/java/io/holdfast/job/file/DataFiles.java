package io.holdfast.job.file;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.storage.Locations;
import io.holdfast.storage.NotAFileException;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.UnreadableFileException;
import io.holdfast.storage.bundle.TensorShape;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;

/** Whether a job's data files are there, whole, and fit its model. */
public final class DataFiles {
  private static final int BINARY_CLASSES = 2;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Source source;
  private final Job job;
  private final TensorShape input;
  private final long classes;

  private DataFiles(Source source, Job job) {
    this.source = source;
    this.input = job.model().input();
    this.job = job;
    this.classes = job.loss().wantsClass() ? ModelPlan.of(job).output().elements() : BINARY_CLASSES;
  }

  static void check(Source source, Job job) throws JobException {
    DataFiles files = new DataFiles(source, job);
    files.check("data.train", job.data().train());
    if (job.data().validation().isPresent()) {
      files.check("data.validation", job.data().validation().get());
    }
  }

  /**
   * How many samples a source has.
   *
   * @throws IOException if its files cannot be read
   */
  public static int samples(DataSpec.Source source) throws IOException {
    if (source instanceof DataSpec.Idx idx) {
      return IdxHeader.read(idx.images()).samples();
    }
    if (source instanceof DataSpec.Csv csv) {
      return CsvSamples.count(csv);
    }
    return Math.toIntExact(((DataSpec.RandomData) source).samples());
  }

  private void check(String path, DataSpec.Source data) throws JobException {
    if (data instanceof DataSpec.Idx idx) {
      idx(path, idx);
    } else if (data instanceof DataSpec.Csv csv) {
      csv(Keys.child(path, "csv"), csv);
    }
  }

  private void csv(String path, DataSpec.Csv csv) throws JobException {
    try {
      CsvSamples.read(csv, job, (features, labels) -> {});
    } catch (CsvException e) {
      throw source.error(Keys.child(path, e.key()), e.getMessage());
    } catch (UnreadableFileException e) {
      throw source.unreadable(Keys.child(path, "path"), e);
    }
  }

  private void idx(String path, DataSpec.Idx idx) throws JobException {
    String imagesKey = Keys.child(path, "idx.images");
    String labelsKey = Keys.child(path, "idx.labels");
    IdxHeader images = whole(imagesKey, idx.images(), Integer.MAX_VALUE);
    IdxHeader labels = whole(labelsKey, idx.labels(), classes);
    if (!fits(images.sampleShape())) {
      throw source.error(
          imagesKey,
          "its samples have shape "
              + images.sampleShape()
              + ", which does not fit model.input, which is "
              + input);
    }
    if (labels.shape().rank() != 1 || labels.samples() != images.samples()) {
      throw source.error(
          labelsKey,
          Locations.shown(idx.labels())
              + " has shape "
              + labels.shape()
              + "; one label for each of "
              + images.samples()
              + " images is needed");
    }
  }

  /** Files have no axis for the one channel of a grey image. */
  private boolean fits(TensorShape sample) {
    List<Long> withChannel = new ArrayList<>(sample.dims());
    withChannel.add(1L);
    return sample.equals(input) || withChannel.equals(input.dims());
  }

  /** Reads all of a file: its head, as many elements as that states, each below {@code bound}. */
  private IdxHeader whole(String key, URI location, long bound) throws JobException {
    String file = Locations.shown(location);
    try (DataInputStream in = IdxHeader.open(location)) {
      IdxHeader header = IdxHeader.read(in);
      elements(key, file, in, header.shape().elements(), bound);
      return header;
    } catch (NoSuchFileException e) {
      throw source.error(key, "no such file: " + file);
    } catch (NotAFileException e) {
      throw source.error(key, "not a file: " + file);
    } catch (EOFException e) {
      throw source.error(key, file + " is cut off");
    } catch (ZipException e) {
      throw source.error(key, file + " is damaged gzip data: " + e.getMessage());
    } catch (MalformedFileException | SettingsException e) {
      throw source.error(key, file + ": " + e.getMessage());
    } catch (IOException e) {
      throw source.unreadable(key, new UnreadableFileException(file, e));
    }
  }

  private void elements(String key, String file, DataInputStream in, long elements, long bound)
      throws IOException, JobException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long done = 0; done < elements; ) {
      int wanted = (int) Math.min(buffer.length, elements - done);
      in.readFully(buffer, 0, wanted);
      for (int i = 0; i < wanted && bound < 256; i++) {
        if (Byte.toUnsignedInt(buffer[i]) >= bound) {
          throw source.error(
              key,
              String.format(
                  "label %d of %s is %d; the model's labels are 0 to %d",
                  done + i, file, Byte.toUnsignedInt(buffer[i]), bound - 1));
        }
      }
      done += wanted;
    }
    if (in.read() != -1) {
      throw source.error(key, file + " has more bytes than its head states");
    }
  }
}
