package io;

import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** File locks: bounds, sharing, overlaps within the program, release by hand and by closing. */
public class FileLocks {
    static String show(FileLock lock) {
        return lock.position() + "+" + lock.size() + (lock.isShared() ? " shared" : " exclusive")
            + (lock.isValid() ? "" : " released");
    }

    public static void main(String[] args) throws Exception {
        Path path = Files.createTempFile("locks", "x");
        Files.write(path, new byte[100]);
        try (FileChannel one = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            FileChannel two = file.getChannel();
            FileLock head = one.lock(0, 10, false);
            FileLock middle = one.tryLock(20, 10, true);
            FileLock tail = two.lock(50, Long.MAX_VALUE - 50, false);
            System.out.println(show(head) + ", " + show(middle) + ", " + show(tail));
            for (FileChannel channel : new FileChannel[] {one, two}) {
                try {
                    System.out.println(show(channel.tryLock(5, 10, false)));
                } catch (OverlappingFileLockException e) {
                    System.out.println("overlapping");
                }
            }
            long sum = 0;
            for (int i = 0; i < 200_000; i++) sum += i ^ (sum << 1); // time for checkpoints
            System.out.println(sum);
            head.release();
            System.out.println(show(head));
            FileLock again = two.lock(0, 10, false);
            System.out.println(show(again) + " " + one.size());
            one.close();
            System.out.println(show(middle) + ", " + show(tail));
            try (FileChannel three = FileChannel.open(path, StandardOpenOption.WRITE)) {
                FileLock freed = three.tryLock(20, 10, false);
                System.out.println(show(freed));
            }
            tail.close();
            System.out.println(show(tail));
        }
        Files.delete(path);
    }
}
