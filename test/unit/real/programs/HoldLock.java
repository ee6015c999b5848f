import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** Holds a lock on the file in its first parameter, as a Kafka broker does on the .lock of its log directory. */
public class HoldLock {
    public static void main(String[] arguments) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(arguments[0], "rw"); FileChannel channel = file.getChannel()) {
            FileLock lock = channel.tryLock();
            System.out.println(lock == null ? "refused" : "held");
            System.in.read();
        }
    }
}
