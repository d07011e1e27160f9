package collections;

import java.util.*;

public class Bundles {
    public static void main(String[] args) throws Exception {
        for (Locale l : new Locale[] {Locale.ROOT, Locale.GERMAN, Locale.GERMANY, new Locale("fr", "CA")}) { ResourceBundle b = ResourceBundle.getBundle("collections.messages", l, ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_DEFAULT)); System.out.println(l + ": " + b.getString("hello") + " " + b.getString("only.root") + " [" + b.getLocale() + "] " + new TreeSet<>(b.keySet())); }
        try { ResourceBundle.getBundle("collections.none", Locale.ROOT); } catch (MissingResourceException e) { System.out.println(e.getMessage() + " " + e.getClassName()); }
        try (var in = Bundles.class.getResourceAsStream("data.txt")) { System.out.println(new String(in.readAllBytes()).trim()); } try (var in = Bundles.class.getClassLoader().getResourceAsStream("collections/data.txt")) { System.out.println(in.read()); } System.out.println(Bundles.class.getResource("missing.txt") + " " + Bundles.class.getResourceAsStream("/missing") + " " + (Bundles.class.getResource("data.txt") != null)); int n = 0; for (var e = Bundles.class.getClassLoader().getResources("collections/data.txt"); e.hasMoreElements(); e.nextElement()) n++; System.out.println(n);
        System.out.println(java.text.MessageFormat.format(ResourceBundle.getBundle("collections.messages", Locale.ROOT).getString("pattern"), 3, "files"));
        ServiceLoader<Runnable> sl = ServiceLoader.load(Runnable.class); for (Runnable r : sl) r.run();
    }
    public static class Service implements Runnable { public void run() { System.out.println("service found"); } }
}
