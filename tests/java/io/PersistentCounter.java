package io;

import java.io.*;

public class PersistentCounter {
    public static void main(String[] args) throws Exception { File f = new File("counter"); for (int i = 0; i < 200; i++) { int v = 0; if (f.exists()) try (DataInputStream in = new DataInputStream(new FileInputStream(f))) { v = in.readInt(); } File t = new File("counter.tmp"); try (DataOutputStream out = new DataOutputStream(new FileOutputStream(t))) { out.writeInt(v + i); } if (!t.renameTo(f)) throw new IOException("rename"); if (i % 40 == 39) System.out.println(v + i); } try (RandomAccessFile log = new RandomAccessFile("log", "rw")) { for (int i = 0; i < 500; i++) { log.seek(i % 50 * 8L); long old = log.length() > i % 50 * 8L ? log.readLong() : 0; log.seek(i % 50 * 8L); log.writeLong(old * 31 + i); } long h = 0; log.seek(0); for (int i = 0; i < 50; i++) h = h * 17 + log.readLong(); System.out.println(h + " " + log.length()); } try (FileWriter a = new FileWriter("append", true)) { a.write("one\n"); } try (FileWriter a = new FileWriter("append", true)) { a.write("two\n"); } try (BufferedReader r = new BufferedReader(new FileReader("append"))) { System.out.println(r.readLine() + r.readLine() + r.readLine()); } }
}
