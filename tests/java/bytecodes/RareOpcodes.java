package bytecodes;

public class RareOpcodes {
    public static void main(String[] args) throws Exception {
        Class<?> c = Class.forName("bytecodes.Rare");
        for (java.lang.reflect.Method m : sorted(c.getDeclaredMethods())) {
            System.out.println(m.getName() + " = " + m.invoke(null));
        }
    }

    static java.lang.reflect.Method[] sorted(java.lang.reflect.Method[] methods) {
        java.util.Arrays.sort(methods, java.util.Comparator.comparing(java.lang.reflect.Method::getName));
        return methods;
    }
}
