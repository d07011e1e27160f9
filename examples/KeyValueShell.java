import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.TreeMap;

/**
 * A key-value store on standard input that has no file and needs none: its data is an ordinary map, and the heap that
 * the map lives in survives. Put some keys, kill the process with {@code kill -9}, start it again: they are there.
 *
 * <p>What was changed since the last checkpoint (at most a second ago, unless {@code --checkpoint-every} says
 * otherwise) is forgotten by a kill, as a text editor forgets what was not saved yet.
 *
 * <p>Commands: {@code put KEY VALUE}, {@code get KEY}, {@code del KEY}, {@code list [PREFIX]}, {@code count},
 * {@code help}, {@code quit}. {@code quit} ends the program, and with it its heap; the end of the input does too.
 */
public class KeyValueShell {
    private final TreeMap<String, String> data = new TreeMap<>();
    private long changes;

    private static String usage(String text) {
        return "usage: " + text;
    }

    /** Answers one command; null says that the program is to end. */
    private String answer(String line) {
        String[] words = line.trim().split("\\s+", 3);
        switch (words[0]) {
            case "":
                return "";
            case "put":
                if (words.length < 3) {
                    return usage("put KEY VALUE");
                }
                changes++;
                String old = data.put(words[1], words[2]);
                return old == null ? "added" : "replaced " + old;
            case "get":
                if (words.length != 2) {
                    return usage("get KEY");
                }
                String value = data.get(words[1]);
                return value == null ? "no such key" : value;
            case "del":
                if (words.length != 2) {
                    return usage("del KEY");
                }
                changes++;
                return data.remove(words[1]) == null ? "no such key" : "deleted";
            case "list":
                StringBuilder list = new StringBuilder();
                String prefix = words.length > 1 ? words[1] : "";
                for (Map.Entry<String, String> e : data.tailMap(prefix).entrySet()) {
                    if (!e.getKey().startsWith(prefix)) {
                        break;
                    }
                    list.append(e.getKey()).append(" = ").append(e.getValue()).append('\n');
                }
                return list.length() == 0 ? "nothing" : list.substring(0, list.length() - 1);
            case "count":
                return data.size() + " keys, " + changes + " changes";
            case "help":
                return "put KEY VALUE, get KEY, del KEY, list [PREFIX], count, quit";
            case "quit":
                return null;
            default:
                return "unknown command " + words[0] + "; try help";
        }
    }

    public static void main(String[] args) throws IOException {
        KeyValueShell shell = new KeyValueShell();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String answer = shell.answer(line);
            if (answer == null) {
                break;
            }
            if (!answer.isEmpty()) {
                System.out.println(answer);
            }
        }
        System.out.println("bye, " + shell.data.size() + " keys");
    }
}
