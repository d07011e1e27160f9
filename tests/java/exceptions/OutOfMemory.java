// uvm-test: heap 256M
package exceptions;

import java.util.*;

public class OutOfMemory {
    static void attempt(String what, java.util.function.Supplier<Object> s) { try { Object o = s.get(); System.out.println(what + " " + (o != null)); } catch (OutOfMemoryError e) { System.out.println(what + " OutOfMemoryError: " + e.getMessage()); } }

    public static void main(String[] args) {
        attempt("byte", () -> new byte[Integer.MAX_VALUE]);
        attempt("int", () -> new int[Integer.MAX_VALUE]);
        attempt("long", () -> new long[Integer.MAX_VALUE]);
        attempt("Object", () -> new Object[Integer.MAX_VALUE]);
        attempt("int less 2", () -> new int[Integer.MAX_VALUE - 2]);
        attempt("long 1G", () -> new long[1 << 30]);
        attempt("reflect", () -> java.lang.reflect.Array.newInstance(double.class, Integer.MAX_VALUE));
        try { "x".repeat(Integer.MAX_VALUE).concat("y"); } catch (OutOfMemoryError e) { System.out.println(e.getMessage()); }
        try { "xy".repeat(Integer.MAX_VALUE); } catch (OutOfMemoryError e) { System.out.println(e.getMessage()); }
        try { Collections.nCopies(-1, 1); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        // Last, because nothing is said about what is left when the heap is full of garbage.
        attempt("multi", () -> new long[1 << 10][1 << 20]);
        attempt("clone", () -> { byte[][] keep = new byte[40][]; keep[0] = new byte[30 << 20]; for (int i = 1; i < keep.length; i++) keep[i] = keep[0].clone(); return keep; });
        attempt("list", () -> { List<long[]> l = new ArrayList<>(); while (true) l.add(new long[100000]); });
    }
}
