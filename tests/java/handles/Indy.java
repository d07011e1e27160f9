package handles;

public class Indy {
    public static void main(String[] args) throws Exception { Class<?> c = Class.forName("handles.Gen"); java.lang.reflect.Method[] ms = c.getDeclaredMethods(); java.util.Arrays.sort(ms, java.util.Comparator.comparing(java.lang.reflect.Method::getName)); for (java.lang.reflect.Method m : ms) for (int i = 0; i < 2; i++) try { System.out.println(m.getName() + " = " + m.invoke(null)); } catch (java.lang.reflect.InvocationTargetException e) { System.out.println(m.getName() + " threw " + e.getCause() + (e.getCause().getCause() == null ? "" : " <- " + e.getCause().getCause())); } System.out.println(Boot.log); }
}
