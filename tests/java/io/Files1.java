package io;

import java.io.*;
import java.util.*;

public class Files1 {
    static void t(String what, Runnable2 r) { try { System.out.println(what + " " + r.run()); } catch (Exception e) { System.out.println(what + " " + e.getClass().getSimpleName() + ": " + e.getMessage()); } }
    interface Runnable2 { Object run() throws Exception; }
    public static void main(String[] args) throws Exception {
        File f = new File("a.txt");
        try (FileOutputStream o = new FileOutputStream(f)) { o.write("hello\nworld\n".getBytes()); o.write(new byte[] {65, 66, 67, 68}, 1, 2); o.write('!'); }
        System.out.println(f.exists() + " " + f.length() + f.isFile() + f.isDirectory() + f.canRead() + f.getName() + f.getPath() + f.getParent() + f.isAbsolute() + f.isHidden());
        try (FileOutputStream o = new FileOutputStream(f, true)) { o.write("appended".getBytes()); }
        try (FileInputStream in = new FileInputStream(f)) { System.out.println((char) in.read() + "" + in.available() + in.skip(4) + (char) in.read() + in.read(new byte[3], 1, 2)); System.out.println(new String(in.readAllBytes()).replace("\n", "|") + in.read() + in.available()); }
        try (BufferedReader r = new BufferedReader(new FileReader(f))) { String s; while ((s = r.readLine()) != null) System.out.println("[" + s + "]"); }
        try (PrintWriter w = new PrintWriter(new FileWriter("b.txt"))) { w.printf(Locale.ROOT, "%d %.1f%n", 5, 2.5); w.print('c'); w.println(true); w.print(new char[] {'x', 'y'}); w.append("z").append("qrs", 1, 2); System.out.println(w.checkError()); }
        try (Scanner s = new Scanner(new File("b.txt")).useLocale(Locale.ROOT)) { System.out.println(s.nextInt() + s.nextDouble() + s.next() + s.next() + s.hasNext()); }
        File d = new File("dir/sub"); System.out.println(d.mkdir() + "" + d.mkdirs() + d.isDirectory() + new File("dir").list().length + Arrays.toString(new File("dir").list()));
        for (String n : "z m a".split(" ")) System.out.print(new File("dir", n).createNewFile() + " "); System.out.println(new File("dir/a").createNewFile());
        String[] names = new File("dir").list(); Arrays.sort(names); System.out.println(Arrays.toString(names)); File[] fs = new File("dir").listFiles((dir, n) -> n.length() == 1); Arrays.sort(fs); System.out.println(Arrays.toString(fs) + new File("dir").listFiles(File::isDirectory).length + new File("none").list());
        System.out.println(new File("dir/a").renameTo(new File("dir/renamed")) + "" + new File("dir/a").exists() + new File("dir/renamed").delete() + new File("dir/renamed").delete() + new File("dir").delete() + new File("dir/sub").delete());
        System.out.println(f.setReadOnly() + "" + f.setWritable(true) + f.setLastModified(1_000_000_000_000L) + f.lastModified() + f.setExecutable(true) + f.canExecute());
        t("missing", () -> new FileInputStream("missing")); t("directory", () -> new FileInputStream("dir")); t("no parent", () -> new FileOutputStream("no/such/dir")); t("null", () -> new File((String) null)); t("closed", () -> { FileInputStream in = new FileInputStream(f); in.close(); return in.read(); }); t("raf mode", () -> new RandomAccessFile(f, "x")); t("read only raf", () -> { try (RandomAccessFile r = new RandomAccessFile(f, "r")) { r.write(1); return 0; } }); t("eof", () -> { try (DataInputStream in = new DataInputStream(new FileInputStream(f))) { in.skipBytes(1000); return in.readInt(); } }); t("reader closed", () -> { Reader r = new FileReader(f); r.close(); return r.read(); }); t("bad nul", () -> new FileInputStream("a\0b"));
        System.out.println(new File("a/b/../c").getPath() + new File("/x//y/").getPath() + new File("p", "q").getPath() + new File("/a/b").getParentFile() + new File("rel").compareTo(new File("ral")) + new File("x").equals(new File("x")) + new File("/a/../b/./c").getCanonicalPath() + new File("").getPath().isEmpty() + new File("x y").toURI().toString().endsWith("x%20y") + File.separator + File.pathSeparatorChar);
        File tmp = File.createTempFile("pre", ".suf", new File(".")); System.out.println(tmp.getName().startsWith("pre") + "" + tmp.getName().endsWith(".suf") + tmp.length() + tmp.delete()); tmp.deleteOnExit(); System.out.println(f.delete() + "" + f.exists());
    }
}
