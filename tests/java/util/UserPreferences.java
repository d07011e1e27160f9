package util;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.prefs.Preferences;
import java.util.stream.Stream;

/** java.util.prefs in files. */
public class UserPreferences {
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("prefs");
        System.setProperty("java.util.prefs.userRoot", folder.toString());
        Logger quiet = Logger.getLogger("java.util.prefs");
        quiet.setLevel(Level.OFF);
        Preferences root = Preferences.userRoot();
        Preferences node = root.node("uvm/test");
        node.put("name", "value");
        node.putInt("number", 42);
        node.putBoolean("flag", true);
        node.putByteArray("bytes", new byte[] {1, 2, 3});
        root.flush();
        try (Stream<Path> files = Files.walk(folder)) {
            System.out.println(files.anyMatch(p -> p.endsWith("uvm/test/prefs.xml")));
        }
        System.out.println(node + " " + node.getInt("number", 0) + " " + node.get("absent", "default"));
        String[] keys = node.keys();
        Arrays.sort(keys);
        System.out.println(List.of(keys) + " " + List.of(root.childrenNames()));
        node.exportNode(System.out);
        node.parent().removeNode();
        root.flush();
        System.out.println(root.nodeExists("uvm"));
        root.sync();
        delete(folder);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(p);
        }
    }
}
