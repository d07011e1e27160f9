package kill;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintStream;

/**
 * Writes files front to back in three ways - unbuffered bytes, a buffered log, and a new file each round - next to what
 * it prints, and reads them back at the end. A line lost or written twice shows in the files and in the checksum.
 */
public class FileWriting {
    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3000;
        long hash = 7;
        try (FileOutputStream raw = new FileOutputStream("raw.bin");
             BufferedWriter log = new BufferedWriter(new FileWriter("log.txt"), 512);
             PrintStream lines = new PrintStream(new FileOutputStream("lines.txt"), true)) {
            for (int round = 1; round <= rounds; round++) {
                for (int i = 0; i < 20_000; i++) {
                    hash = hash * 6364136223846793005L + i;
                    hash ^= hash >>> 31;
                }
                raw.write(new byte[] {(byte) hash, (byte) round, (byte) (round >> 8)});
                log.write("round " + round + " " + hash + "\n");
                lines.println(round + ": " + Long.toHexString(hash));
                if (round % 50 == 0) {
                    log.flush();
                    try (DataOutputStream part = new DataOutputStream(new FileOutputStream("part-" + round + ".bin"))) {
                        for (int i = 0; i < 100; i++) {
                            part.writeLong(hash + i);
                        }
                    }
                    System.out.println("round " + round + " " + hash);
                }
            }
        }
        long sum = 0;
        int count = 0;
        for (String name : new String[] {"log.txt", "lines.txt"}) {
            try (BufferedReader in = new BufferedReader(new FileReader(name))) {
                for (String line; (line = in.readLine()) != null; count++) {
                    sum = sum * 31 + line.hashCode();
                }
            }
        }
        System.out.println("end " + count + " " + sum + " " + new File("raw.bin").length());
    }
}
