package reflection;

import java.lang.invoke.*;
import java.lang.reflect.*;

/** Boolean fields and elements that hold a byte other than 0 and 1, and ints made boolean, byte and char. */
public class BooleanBytes {
    boolean i;
    static boolean[] array = new boolean[2];
    public static void main(String[] args) throws Throwable {
        Field unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        sun.misc.Unsafe u = (sun.misc.Unsafe) unsafe.get(null);
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        BooleanBytes o = new BooleanBytes();
        Field field = BooleanBytes.class.getDeclaredField("i");
        long offset = u.objectFieldOffset(field);
        for (int b : new int[] {0, 1, 2, 3, 10, -1, -128}) {
            u.putByte(o, offset, (byte) b);
            System.out.println(b + " field " + o.i + " " + u.getBoolean(o, offset) + " " + u.getBooleanVolatile(o, offset) + " " + field.get(o) + " " + (o.i ? 1 : 0) + " "
                + (boolean) lookup.findGetter(BooleanBytes.class, "i", boolean.class).invoke(o) + " " + (boolean) lookup.findVarHandle(BooleanBytes.class, "i", boolean.class).get(o));
            u.putByte(array, (long) u.arrayBaseOffset(boolean[].class), (byte) b);
            System.out.println(b + " element " + array[0] + " " + Array.getBoolean(array, 0) + " " + Array.get(array, 0) + " " + java.util.Arrays.toString(array) + " "
                + (boolean) MethodHandles.arrayElementVarHandle(boolean[].class).getVolatile(array, 0));
        }
        MethodHandle same = MethodHandles.identity(int.class);
        for (int k : new int[] {0, 1, 2, 3, 256, 257, -1})
            System.out.println(k + " " + (boolean) MethodHandles.explicitCastArguments(same, MethodType.methodType(boolean.class, int.class)).invoke(k) + " "
                + (byte) MethodHandles.explicitCastArguments(same, MethodType.methodType(byte.class, int.class)).invoke(k) + " "
                + (int) (char) MethodHandles.explicitCastArguments(same, MethodType.methodType(char.class, int.class)).invoke(k));
    }
}
