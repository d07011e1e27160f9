package handles;

/** Constants of java.lang.invoke that cannot be linked: the error, its causes and its stack trace are those of java. */
public class LinkErrors {
    static String show(Throwable t, boolean trace) {
        StringBuilder text = new StringBuilder();
        for (Throwable e = t; e != null; e = e.getCause()) {
            text.append(e == t ? "" : "\n  caused by ").append(e.toString().replaceAll("@[0-9a-f]+", "@"));
            for (StackTraceElement s : trace ? e.getStackTrace() : new StackTraceElement[0]) {
                if (s.getClassName().startsWith("handles.")) break;
                if (!s.getClassName().contains("reflect")) text.append("\n    ").append(s.getClassName()).append('.').append(s.getMethodName());
            }
        }
        return text.toString();
    }
    static String run(Class<?> c, boolean trace) {
        try { return "" + c.getMethod("run").invoke(null); }
        catch (java.lang.reflect.InvocationTargetException e) { return show(e.getCause(), trace); }
        catch (Throwable e) { return "!! " + show(e, false); }
    }
    public static void main(String[] args) throws Exception {
        String names = run(Class.forName("linkmh.Names"), false);
        for (String name : names.split("\n")) {
            Class<?> c;
            try { c = Class.forName("linkmh." + name); }
            catch (LinkageError e) { System.out.println(name + ": " + e); continue; }
            System.out.println(name + ": " + run(c, true));
            String first = run(c, false);
            System.out.println("  again: " + (first.equals(run(c, false)) ? first : "something else"));
        }
    }
}
