package reflection;

import java.lang.reflect.Array;

/** An array class has at most 255 dimensions, however it is asked for. */
public class ArrayDimensions {
    public static void main(String[] args) throws Exception {
        for (int count : new int[] {1, 254, 255, 256, 5000, 60000}) {
            for (String element : new String[] {"I", "Ljava.lang.String;"}) {
                attempt(() -> Class.forName("[".repeat(count) + element).getName().length());
            }
        }
        Class<?> largest = Class.forName("[".repeat(255) + "I");
        attempt(() -> Array.newInstance(largest, 0));
        attempt(() -> largest.arrayType());
        attempt(() -> Array.newInstance(int.class, new int[256]));
        attempt(() -> Array.newInstance(largest, 1, 1));
        attempt(() -> Class.forName("["));
        attempt(() -> Class.forName("[[["));
    }

    private interface Attempt {
        Object make() throws Exception;
    }

    private static void attempt(Attempt attempt) {
        try {
            System.out.println(attempt.make());
        } catch (Throwable problem) {
            System.out.println(problem.getClass().getName());
        }
    }
}
