// uvm-test: heap 64M
package exceptions;

import java.util.*;

/** What handles an OutOfMemoryError of a heap full of small objects has room to do something. */
public class OutOfMemoryHandled {
    record Node(Node next, long[] values) {}

    static Node fill() {
        Node list = null;
        while (true) list = new Node(list, new long[12]);
    }

    public static void main(String[] args) {
        for (int round = 0; round < 3; round++) {
            try {
                fill();
            } catch (OutOfMemoryError e) {
                Map<String, Integer> words = new TreeMap<>();
                for (int i = 0; i < 1000; i++) words.merge("word" + i % 10, i, Integer::sum);
                System.out.printf("round %d: %s, %s%n", round, e.getMessage(), words);
            }
        }
        Thread thread = new Thread(OutOfMemoryHandled::fill, "filler");
        thread.setUncaughtExceptionHandler((t, e) -> System.out.println(t.getName() + ": " + e));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
