package arrays;

import java.lang.reflect.Array;
import java.util.*;

public class Reflective {
    static void t(Runnable r) { try { r.run(); } catch (RuntimeException e) { System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage()); } }
    public static void main(String[] args) {
        Class<?>[] prims = {boolean.class, byte.class, short.class, char.class, int.class, long.class, float.class, double.class, String.class, int[].class, Object[][].class};
        for (Class<?> p : prims) { Object a = Array.newInstance(p, 3); System.out.println(a.getClass() + " " + Array.getLength(a) + " " + Array.get(a, 0) + " " + a.getClass().getComponentType() + " " + a.getClass().arrayType().getSimpleName() + " " + a.getClass().descriptorString() + " " + p.arrayType().getTypeName()); }
        Object m = Array.newInstance(int.class, 2, 3, 4); System.out.println(m.getClass() + " " + ((int[][][]) m)[1][2].length); Object i = new int[2]; Array.setInt(i, 0, 5); Array.setByte(i, 1, (byte) -1); Array.set(i, 1, (short) 7); System.out.println(Array.getInt(i, 0) + Array.getLong(i, 1) + Array.getDouble(i, 0) + " " + Array.get(i, 1).getClass());
        Object d = new double[1]; Array.setInt(d, 0, 3); Array.setFloat(d, 0, 2.5f); Array.set(d, 0, 'x'); System.out.println(Array.getDouble(d, 0)); Object z = new boolean[1]; Array.setBoolean(z, 0, true); System.out.println(Array.getBoolean(z, 0)); Object c = new char[1]; Array.setChar(c, 0, 'q'); System.out.println(Array.getChar(c, 0) + Array.getInt(c, 0)); Object s = new String[2]; Array.set(s, 0, "v"); System.out.println(Array.get(s, 0));
        t(() -> Array.setLong(i, 0, 5)); t(() -> Array.getShort(i, 0)); t(() -> Array.set(s, 0, 5)); t(() -> Array.set(i, 0, "s")); t(() -> Array.set(i, 0, null)); t(() -> Array.get(i, 2)); t(() -> Array.getLength("x")); t(() -> Array.getLength(null)); t(() -> Array.newInstance(int.class, -1)); t(() -> Array.newInstance(void.class, 1)); t(() -> Array.newInstance(null, 1)); t(() -> Array.newInstance(int.class, new int[256])); t(() -> Array.newInstance(int.class)); t(() -> Array.getBoolean(i, 0)); t(() -> Array.setBoolean(i, 0, true)); t(() -> Array.getInt(z, 0)); t(() -> Array.newInstance(int[].class, 1, -1));
        System.out.println(int[].class.getSuperclass() + " " + Arrays.toString(int[].class.getInterfaces()) + int[].class.getModifiers() + " " + String[].class.isAssignableFrom(Object[].class) + Object[].class.isAssignableFrom(String[].class) + Object.class.isAssignableFrom(int[].class) + int[].class.getDeclaredMethods().length + int[].class.getMethods().length + int[].class.getDeclaredFields().length + int[].class.getName() + int[].class.getPackageName() + int[].class.isPrimitive() + int[].class.isArray() + int[].class.getClassLoader());
        System.out.println(new int[0].equals(new int[0]) + " " + new String[0].toString().startsWith("[Ljava.lang.String;@") + (new int[3].hashCode() == 0)); Map<Class<?>, Integer> seen = new LinkedHashMap<>(); Object deep = 1; for (int k = 0; k < 20; k++) { deep = new Object[] {deep}; Object arr = Array.newInstance(k % 2 == 0 ? Object.class : int.class, new int[k % 5 + 1]); seen.merge(arr.getClass(), 1, Integer::sum); } System.out.println(seen + " " + Arrays.deepToString((Object[]) deep));
    }
}
