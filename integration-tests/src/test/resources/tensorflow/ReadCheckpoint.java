import java.security.MessageDigest;
import java.util.HexFormat;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_CheckpointReader;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * Reads a checkpoint with TensorFlow's own reader and prints a line for each tensor: name, number of its type, shape, SHA-256 of
 * its bytes (a dash for strings), separated by tabs. Runs in a JVM of its own, on TensorFlow Java alone.
 */
public final class ReadCheckpoint {
  private static final int DT_STRING = 7;

  public static void main(String[] arguments) throws Exception {
    TF_Status status = TF_Status.newStatus();
    TF_CheckpointReader reader = tensorflow.TF_NewCheckpointReader(arguments[0], status);
    status.throwExceptionIfNotOK();
    int size = tensorflow.TF_CheckpointReaderSize(reader);
    for (int i = 0; i < size; i++) {
      String name = tensorflow.TF_CheckpointReaderGetVariable(reader, i).getString();
      int type = tensorflow.TF_CheckpointReaderGetVariableDataType(reader, name);
      long[] shape = new long[tensorflow.TF_CheckpointReaderGetVariableNumDims(reader, name)];
      tensorflow.TF_CheckpointReaderGetVariableShape(reader, name, shape, shape.length, status);
      status.throwExceptionIfNotOK();
      TF_Tensor tensor = tensorflow.TF_CheckpointReaderGetTensor(reader, name, status);
      status.throwExceptionIfNotOK();
      System.out.println(
          name + "\t" + type + "\t" + java.util.Arrays.toString(shape) + "\t" + (type == DT_STRING ? "-" : sha256(tensor)));
    }
  }

  private static String sha256(TF_Tensor tensor) throws Exception {
    byte[] bytes = new byte[Math.toIntExact(tensorflow.TF_TensorByteSize(tensor))];
    new BytePointer(tensorflow.TF_TensorData(tensor)).capacity(bytes.length).get(bytes);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
