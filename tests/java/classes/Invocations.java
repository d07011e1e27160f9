package classes;

/** Every invoke and field instruction on every kind of member: what is run, or the error that java gives. */
public class Invocations {
    static String run(Class<?> c) {
        try { return ("" + c.getMethod("run").invoke(c.getDeclaredConstructor().newInstance())).replaceAll("@[0-9a-f]+", "@"); }
        catch (java.lang.reflect.InvocationTargetException e) { return show(e.getCause()); }
        catch (Throwable e) { return "!! " + show(e); }
    }
    static String show(Throwable e) {
        String text = e.toString();
        int details = text.indexOf("\nException Details");
        return (details < 0 ? text : text.substring(0, details)) + (e.getCause() == null ? "" : " <- " + e.getCause());
    }
    public static void main(String[] args) throws Exception {
        String names = run(Class.forName("callers.Names"));
        for (String name : names.split("\n")) {
            String first;
            try {
                Class<?> c = Class.forName("callers." + name, false, Invocations.class.getClassLoader());
                first = run(c);
                String second = run(c);
                if (!second.equals(first)) first += " then " + second;
            } catch (LinkageError e) { first = "! " + e; }
            System.out.println(name + ": " + first);
        }
    }
}
