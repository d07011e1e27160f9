package exceptions;

import java.util.*;

public class ArrayErrors {
    interface Act { Object run() throws Throwable; }
    static void t(Act a) { try { System.out.println("value " + a.run()); } catch (Throwable e) { System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage()); } }
    public static void main(String[] args) {
        int[] i = new int[3]; Object[] strings = new String[2]; Object[] numbers = new Number[2]; Object[][] nested = new Integer[2][2];
        t(() -> i[3]); t(() -> i[-1] = 2); t(() -> new int[0][0].length); t(() -> new int[-5]); t(() -> new int[3][-2]);
        t(() -> strings[0] = 1); t(() -> numbers[0] = "x"); t(() -> numbers[1] = 2.5); t(() -> nested[0] = new String[1]); t(() -> nested[0][0] = "s"); t(() -> strings[0] = null); t(() -> strings[5] = 1); t(() -> strings[0] = strings); t(() -> numbers[0] = new int[0]);
        t(() -> { System.arraycopy(i, 0, new long[3], 0, 1); return 0; }); t(() -> { System.arraycopy(i, 0, "x", 0, 1); return 0; }); t(() -> { System.arraycopy("x", 0, i, 0, 1); return 0; });
        t(() -> { System.arraycopy(i, -1, i, 0, 1); return 0; }); t(() -> { System.arraycopy(i, 0, i, -1, 1); return 0; }); t(() -> { System.arraycopy(i, 0, i, 0, -1); return 0; }); t(() -> { System.arraycopy(i, 2, i, 0, 2); return 0; }); t(() -> { System.arraycopy(i, 0, i, 2, 2); return 0; }); t(() -> { System.arraycopy(i, 3, i, 3, 0); return "empty"; }); t(() -> { System.arraycopy(i, 4, i, 0, 0); return 0; });
        t(() -> { System.arraycopy(null, 0, i, 0, 0); return 0; }); t(() -> { System.arraycopy(i, 0, null, 0, 0); return 0; }); t(() -> { System.arraycopy(i, Integer.MAX_VALUE, i, 0, Integer.MAX_VALUE); return 0; });
        t(() -> { System.arraycopy(strings, 1, strings, 5, 1); return 0; }); t(() -> { System.arraycopy(i, 0, strings, 0, 1); return 0; });
        Object[] mixed = {"a", "b", 3, "d"}; String[] target = new String[4];
        t(() -> { System.arraycopy(mixed, 0, target, 0, 4); return 0; }); System.out.println(Arrays.toString(target));
        t(() -> { System.arraycopy(new Object[] {"p", "q"}, 0, target, 2, 2); return Arrays.toString(target); });
        t(() -> Array("copyOf", () -> Arrays.copyOf(i, -1))); t(() -> Arrays.copyOfRange(i, 2, 1)); t(() -> Arrays.copyOfRange(i, 4, 5)); t(() -> Arrays.toString(Arrays.copyOfRange(i, 2, 5))); t(() -> Arrays.copyOf(mixed, 4, String[].class)); t(() -> Arrays.asList(1, 2).set(2, 1)); t(() -> Arrays.asList(1).add(1)); t(() -> new ArrayList<>(List.of(1)).get(1)); t(() -> new ArrayList<>().get(0)); t(() -> List.of().get(0)); t(() -> new LinkedList<>().getFirst()); t(() -> new ArrayDeque<>().pop()); t(() -> new ArrayList<>(-1)); t(() -> new int[1][][].clone()[0].length);
        t(() -> "abc".charAt(3)); t(() -> "abc".charAt(-1)); t(() -> "abc".substring(2, 1)); t(() -> "abc".substring(4)); t(() -> new StringBuilder("x").charAt(1)); t(() -> new StringBuilder("x").deleteCharAt(1)); t(() -> new StringBuilder("x").insert(2, "y")); t(() -> "\u4e2d".charAt(1)); t(() -> new StringBuilder().append("abc", 2, 1)); t(() -> "x".repeat(-1)); t(() -> List.of(1, 2).subList(1, 3)); t(() -> new ArrayList<>(List.of(1)).listIterator(2)); t(() -> Objects.checkIndex(5, 5)); t(() -> Objects.checkFromToIndex(2, 1, 5)); t(() -> Objects.checkFromIndexSize(3, 3, 5));
        t(() -> { Iterator<Integer> it = List.of(1).iterator(); it.next(); return it.next(); }); t(() -> { List<Integer> l = new ArrayList<>(List.of(1, 2, 3)); for (Integer x : l) l.remove(x); return l; }); t(() -> Collections.unmodifiableList(new ArrayList<>()).add(null)); t(() -> Optional.empty().get()); t(() -> Optional.empty().orElseThrow()); t(() -> new Scanner("x").nextInt()); t(() -> Integer.valueOf("")); t(() -> java.lang.reflect.Array.get("x", 0)); t(() -> java.lang.reflect.Array.getInt(strings, 0)); t(() -> { java.lang.reflect.Array.set(i, 0, "x"); return 0; }); t(() -> { java.lang.reflect.Array.set(i, 9, 1); return 0; }); t(() -> java.lang.reflect.Array.newInstance(void.class, 1)); t(() -> java.lang.reflect.Array.newInstance(int.class, -1));
    }
    static Object Array(String n, Act a) throws Throwable { return a.run(); }
}
