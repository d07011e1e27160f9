import java.io.*;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.util.*;

/** What operations on files cost, in CPU time of the thread that makes them. args: folder, operations a case, cases */
public final class FileCalls {
    interface Operations { void run(int n) throws IOException; }

    /** How often the operations are called for each one that is counted: long ones are made less often. */
    record Case(int every, Operations prepare, Operations run) { }

    static final Map<String, Case> CASES = new LinkedHashMap<>();
    static File folder;
    /** Asked for before and after what is measured, so that who traces system calls sees which are. */
    static final File MARK = new File("/FileCalls.mark");

    static void add(String name, int every, Operations prepare, Operations run) {
        CASES.put(name, new Case(every, prepare, run));
    }

    static File file(String name) { return new File(folder, name); }
    static Path path(String name) { return folder.toPath().resolve(name); }

    static void make(String prefix, int n) throws IOException {
        for (int i = 0; i < n; i++)
            try (FileOutputStream out = new FileOutputStream(file(prefix + i))) { out.write(new byte[100]); }
    }

    static void remove() {
        for (File f : folder.listFiles()) f.delete();
    }

    static void fill(String name, int length) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file(name))) { out.write(new byte[length]); }
    }

    static void pause() {
        try {
            Thread.sleep(2500);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void streams() {
        byte[] small = new byte[100], large = new byte[8192];
        Operations nothing = n -> { };
        Operations filled = n -> fill("a", 100 * n);
        add("stream write 1", 1, nothing, n -> {
            try (FileOutputStream out = new FileOutputStream(file("a"))) { for (int i = 0; i < n; i++) out.write(i); }
        });
        add("stream write 100", 1, nothing, n -> {
            try (FileOutputStream out = new FileOutputStream(file("a"))) { for (int i = 0; i < n; i++) out.write(small); }
        });
        add("stream write 8192", 4, nothing, n -> {
            try (FileOutputStream out = new FileOutputStream(file("a"))) { for (int i = 0; i < n; i++) out.write(large); }
        });
        add("stream append 100", 1, nothing, n -> {
            try (FileOutputStream out = new FileOutputStream(file("a"), true)) { for (int i = 0; i < n; i++) out.write(small); }
        });
        add("stream read 1", 1, filled, n -> {
            try (FileInputStream in = new FileInputStream(file("a"))) { for (int i = 0; i < n; i++) in.read(); }
        });
        add("stream read 100", 1, filled, n -> {
            try (FileInputStream in = new FileInputStream(file("a"))) { for (int i = 0; i < n; i++) in.read(small); }
        });
        add("stream read 8192", 4, n -> fill("a", 8192 * n), n -> {
            try (FileInputStream in = new FileInputStream(file("a"))) { for (int i = 0; i < n; i++) in.read(large); }
        });
        add("stream available", 1, filled, n -> {
            try (FileInputStream in = new FileInputStream(file("a"))) { for (int i = 0; i < n; i++) in.available(); }
        });
        add("random write 1", 1, nothing, n -> {
            try (RandomAccessFile f = new RandomAccessFile(file("a"), "rw")) { for (int i = 0; i < n; i++) f.write(i); }
        });
        add("random seek, write 100", 1, filled, n -> {
            try (RandomAccessFile f = new RandomAccessFile(file("a"), "rw")) {
                for (int i = 0; i < n; i++) { f.seek(i * 7919L % (99L * n)); f.write(small); }
            }
        });
        add("random seek, read 100", 1, filled, n -> {
            try (RandomAccessFile f = new RandomAccessFile(file("a"), "r")) {
                for (int i = 0; i < n; i++) { f.seek(i * 7919L % (99L * n)); f.read(small); }
            }
        });
        add("random position, length", 1, filled, n -> {
            try (RandomAccessFile f = new RandomAccessFile(file("a"), "rw")) {
                for (int i = 0; i < n; i++) if (f.getFilePointer() > f.length()) throw new IOException();
            }
        });
        add("random setLength", 4, filled, n -> {
            try (RandomAccessFile f = new RandomAccessFile(file("a"), "rw")) { for (int i = 0; i < n; i++) f.setLength(i * 100L); }
        });
    }

    static void channels() {
        ByteBuffer direct = ByteBuffer.allocateDirect(100), heap = ByteBuffer.allocate(100);
        Operations filled = n -> fill("a", 100 * n);
        add("channel write 100", 1, filled, n -> {
            try (FileChannel c = FileChannel.open(path("a"), StandardOpenOption.WRITE)) {
                for (int i = 0; i < n; i++) { direct.clear(); c.write(direct); }
            }
        });
        add("channel write 100 at", 1, filled, n -> {
            try (FileChannel c = FileChannel.open(path("a"), StandardOpenOption.WRITE)) {
                for (int i = 0; i < n; i++) { heap.clear(); c.write(heap, i * 7919L % (99L * n)); }
            }
        });
        add("channel read 100 at", 1, filled, n -> {
            try (FileChannel c = FileChannel.open(path("a"), StandardOpenOption.READ)) {
                for (int i = 0; i < n; i++) { heap.clear(); c.read(heap, i * 7919L % (99L * n)); }
            }
        });
        add("channel size", 1, filled, n -> {
            try (FileChannel c = FileChannel.open(path("a"), StandardOpenOption.READ)) { for (int i = 0; i < n; i++) c.size(); }
        });
    }

    static void names() {
        byte[] small = new byte[100];
        Operations made = n -> make("e", n);
        add("create, write, close", 4, n -> { }, n -> make("e", n));
        add("truncate, write, close", 4, made, n -> make("e", n));
        // Of files that a checkpoint knows, what is lost is kept.
        Operations older = n -> { make("e", n); pause(); };
        add("truncate older", 4, older, n -> make("e", n));
        add("delete older", 4, older, n -> { for (int i = 0; i < n; i++) file("e" + i).delete(); });
        add("append, close", 4, made, n -> {
            for (int i = 0; i < n; i++)
                try (FileOutputStream out = new FileOutputStream(file("e" + i), true)) { out.write(small); }
        });
        add("open, read, close", 4, made, n -> {
            for (int i = 0; i < n; i++)
                try (FileInputStream in = new FileInputStream(file("e" + i))) { in.read(small); }
        });
        add("createNewFile", 4, n -> { }, n -> { for (int i = 0; i < n; i++) file("e" + i).createNewFile(); });
        add("renameTo", 4, made, n -> { for (int i = 0; i < n; i++) file("e" + i).renameTo(file("f" + i)); });
        add("delete", 4, made, n -> { for (int i = 0; i < n; i++) file("e" + i).delete(); });
        add("exists, length", 4, made, n -> {
            for (int i = 0; i < n; i++) { File f = file("e" + i); if (!f.exists() || f.length() != 100) throw new IOException(); }
        });
        add("exists (it does not)", 4, n -> { }, n -> { for (int i = 0; i < n; i++) file("e" + i).exists(); });
        add("mkdir, delete", 4, n -> { }, n -> { for (int i = 0; i < n; i++) { file("d").mkdir(); file("d").delete(); } });
        add("list 100", 400, n -> make("e", 100), n -> { for (int i = 0; i < n; i++) folder.list(); });
        add("getCanonicalPath", 4, made, n -> { for (int i = 0; i < n; i++) file("e" + i).getCanonicalPath(); });
    }

    static void nio() {
        byte[] small = new byte[100];
        Operations made = n -> make("e", n);
        add("Files.write", 8, n -> { }, n -> { for (int i = 0; i < n; i++) Files.write(path("e" + i), small); });
        add("Files.readAllBytes", 8, made, n -> { for (int i = 0; i < n; i++) Files.readAllBytes(path("e" + i)); });
        add("Files.exists, size", 8, made, n -> {
            for (int i = 0; i < n; i++) if (!Files.exists(path("e" + i)) || Files.size(path("e" + i)) != 100) throw new IOException();
        });
        add("Files.move", 8, made, n -> { for (int i = 0; i < n; i++) Files.move(path("e" + i), path("f" + i)); });
        add("Files.copy", 8, made, n -> { for (int i = 0; i < n; i++) Files.copy(path("e" + i), path("f" + i)); });
        add("Files.delete", 8, made, n -> { for (int i = 0; i < n; i++) Files.delete(path("e" + i)); });
        add("Files.list 100", 400, n -> make("e", 100), n -> {
            for (int i = 0; i < n; i++) try (DirectoryStream<Path> all = Files.newDirectoryStream(folder.toPath())) { for (Path p : all) p.getFileName(); }
        });
    }

    public static void main(String[] args) throws IOException {
        folder = new File(args[0]);
        folder.mkdirs();
        int operations = Integer.parseInt(args[1]);
        streams();
        channels();
        names();
        nio();
        if (args.length == 2) args = CASES.keySet().toArray(new String[0]);
        else args = Arrays.copyOfRange(args, 2, args.length);
        var threads = ManagementFactory.getThreadMXBean();
        for (String name : args) {
            Case c = CASES.get(name);
            for (int n : new int[] {2, Math.max(1, operations / c.every)}) {  // the first time loads classes
                remove();
                c.prepare.run(n);
                MARK.exists();
                long before = threads.getCurrentThreadCpuTime();
                c.run.run(n);
                long taken = threads.getCurrentThreadCpuTime() - before;
                MARK.exists();
                if (n != 2) System.out.println(name + "\t" + n + "\t" + taken / n);
            }
        }
        remove();
    }
}
