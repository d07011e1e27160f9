package io;

import java.io.*;

public class SequentialLog {
    public static void main(String[] args) throws Exception {
        long h = 17; try (PrintStream log = new PrintStream(new BufferedOutputStream(new FileOutputStream("log.txt"), 256)); FileOutputStream raw = new FileOutputStream("raw.bin")) { for (int i = 0; i < 3000; i++) { h = h * 31 + i; log.println(i + " " + h); if (i % 100 == 0) { log.flush(); raw.write((int) h); System.out.println("progress " + i); } } } int lines = 0; long check = 17; try (BufferedReader r = new BufferedReader(new FileReader("log.txt"))) { for (String s; (s = r.readLine()) != null; lines++) { check = check * 31 + lines; if (!s.equals(lines + " " + check)) System.out.println("damaged line " + lines + ": " + s); } } System.out.println(lines + " " + check + " " + new File("log.txt").length() + " " + new File("raw.bin").length());
    }
}
