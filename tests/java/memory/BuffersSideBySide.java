package memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Small objects and arrays of some ten thousand bytes in turn, by several threads: the pieces of the heap that threads
 * allocate from then begin in the middle of a page.
 */
public class BuffersSideBySide {
    static final class Node {
        final int key;
        final Node next;

        Node(int key, Node next) {
            this.key = key;
            this.next = next;
        }
    }

    private static long fill(int me) {
        List<byte[]> arrays = new ArrayList<>();
        Node chain = null;
        for (int i = 0; i < 300; i++) {
            byte[] array = new byte[17000 + 24 * (i % 97)];
            array[0] = array[array.length - 1] = (byte) (i + me);
            arrays.add(array);
            for (int k = 0; k < 40; k++) {
                chain = new Node(i * 40 + k, chain);
            }
        }
        long sum = 0;
        for (int i = 0; i < arrays.size(); i++) {
            byte[] array = arrays.get(i);
            if (array.length != 17000 + 24 * (i % 97) || array[0] != (byte) (i + me)
                    || array[array.length - 1] != array[0]) {
                throw new AssertionError("array " + i);
            }
            sum += array.length;
        }
        int expected = 300 * 40;
        for (Node node = chain; node != null; node = node.next) {
            if (node.key != --expected) {
                throw new AssertionError("node " + node.key + ", not " + expected);
            }
        }
        return sum + expected;
    }

    public static void main(String[] args) throws Exception {
        long[] sums = new long[3];
        Thread[] threads = new Thread[sums.length];
        for (int t = 0; t < threads.length; t++) {
            int me = t;
            threads[t] = new Thread(() -> sums[me] = fill(me));
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(sums[0] + " " + sums[1] + " " + sums[2]);
    }
}
