package bytecodes;

public class ConstantPoolHeavy {
    public static void main(String[] args) throws Exception { Class<?> c = Class.forName("bytecodes.Heavy"); Object o = c.getConstructor().newInstance(); long h = 0; int n = 0; for (java.lang.reflect.Method m : c.getDeclaredMethods()) if (m.getName().startsWith("m")) { h += ((Number) m.invoke(o)).longValue() * 31; n++; } System.out.println(n + " " + h + " " + c.getDeclaredFields().length); int f = 0; for (java.lang.reflect.Field x : c.getDeclaredFields()) f += x.getInt(o); System.out.println(f); }
}
