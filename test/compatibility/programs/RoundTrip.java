import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;

/**
 * Reads messages with Apache Kafka's own classes, and writes them again. Each line of the input is a class, a version and
 * the message's bytes in hex; each line of the output the bytes that come back and the message as JSON (of record batches their size), or
 * what was wrong.
 */
public class RoundTrip {
    public static void main(String[] args) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder output = new StringBuilder();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ", -1);
            output.append(again("org.apache.kafka.common." + words[0], Short.parseShort(words[1]), words[2])).append('\n');
        }
        System.out.print(output);
    }

    private static String again(String name, short version, String hex) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
            Class<?> type = Class.forName(name);
            Object message = type.getConstructor(Readable.class, short.class)
                .newInstance(new ByteBufferAccessor(bytes), version);
            if (bytes.hasRemaining()) return bytes.remaining() + " bytes are left";
            ByteBuffer written = MessageUtil.toByteBufferAccessor((Message) message, version).buffer();
            byte[] copy = new byte[written.remaining()];
            written.get(copy);
            Object json = Class.forName(name + "JsonConverter").getMethod("write", type, short.class, boolean.class)
                .invoke(null, message, version, false);
            return HexFormat.of().formatHex(copy) + " " + json;
        } catch (ReflectiveOperationException | RuntimeException error) {
            return String.valueOf(error.getCause() == null ? error : error.getCause());
        }
    }
}
