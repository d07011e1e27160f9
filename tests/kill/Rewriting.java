package kill;

import java.io.File;
import java.io.FileWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Files that are written anew, appended to by name, truncated, renamed over others, created and deleted, round by round. */
public class Rewriting {
    static void check(boolean good, String what, int round) {
        if (!good) throw new IllegalStateException(what + " in round " + round);
    }

    static String text(int round, int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) text.append("round ").append(round).append(" line ").append(i).append('\n');
        return text.toString();
    }

    // Lines of one length, whatever the round.
    static String row(int round, int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) text.append(1000000 + round).append(" line ").append(10 + i).append('\n');
        return text.toString();
    }

    // Bytes that were overwritten in place stay so when a run goes on from before that. So each line is this
    // round's, or that of a later round which the kill undid; and none is missing.
    static boolean isRow(String text, int round, int lines) {
        String[] found = text.split("(?<=\n)");
        if (found.length != lines) return false;
        for (int i = 0; i < lines; i++) {
            int space = found[i].indexOf(' ');
            int writer = space < 0 ? -1 : Integer.parseInt(found[i].substring(0, space)) - 1000000;
            if (writer < round || !found[i].equals((1000000 + writer) + " line " + (10 + i) + "\n")) return false;
        }
        return true;
    }

    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1500;
        Path log = Path.of("log");
        try (RandomAccessFile table = new RandomAccessFile("table", "rw")) {
            for (int round = 0; round < rounds; round++) {
                // Written anew, sometimes shorter than before.
                String state = text(round, 5 + round * 7 % 60);
                try (FileWriter writer = new FileWriter("state")) {
                    for (String line : state.split("(?<=\n)")) writer.write(line);
                }
                check(Files.readString(Path.of("state")).equals(state), "state", round);

                Files.writeString(log, "entry " + round + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                List<String> entries = Files.readAllLines(log);
                check(entries.size() == round + 1 && entries.get(round).equals("entry " + round), "log", round);

                int lines = 1 + round % 20;
                byte[] row = row(round, lines).getBytes(StandardCharsets.UTF_8);
                if (round % 3 == 0) table.setLength(0);
                table.seek(0);
                table.write(row);
                table.setLength(row.length);
                byte[] read = new byte[row.length];
                table.seek(0);
                table.readFully(read);
                check(isRow(new String(read, StandardCharsets.UTF_8), round, lines), "table", round);
                try (FileChannel channel = FileChannel.open(Path.of("channel"), StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(row));
                    channel.truncate(row.length / 2);
                }
                check(Files.size(Path.of("channel")) == row.length / 2, "channel", round);

                // Written aside, and put in place.
                Path aside = Files.createTempFile(Path.of("."), "aside", null);
                Files.writeString(aside, state);
                Files.move(aside, Path.of("placed" + round % 3), StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.ATOMIC_MOVE);
                check(Files.readString(Path.of("placed" + round % 3)).equals(state), "placed", round);

                File fresh = new File("fresh");
                check(fresh.createNewFile(), "createNewFile", round);
                check(fresh.renameTo(new File("renamed")), "renameTo", round);
                check(new File("folder").mkdir(), "mkdir", round);
                check(new File("renamed").renameTo(new File("folder/inside")), "renameTo a folder", round);
                Files.delete(Path.of("folder/inside"));
                Files.delete(Path.of("folder"));

                // A job that is made in one round, and read and removed in the next.
                Path job = Path.of("job" + (round - 1));
                if (round > 0) {
                    check(Files.readString(job).equals("job of " + (round - 1)), "job", round);
                    Files.delete(job);
                }
                Files.writeString(Path.of("job" + round), "job of " + round, StandardOpenOption.CREATE_NEW);
                System.out.println("round " + round + " " + state.hashCode());
            }
        }
    }
}
