package classes;

import java.util.*;

public class Enums {
    enum Planet { MERCURY(3.303e+23, 2.4397e6), EARTH(5.976e+24, 6.37814e6), JUPITER(1.9e+27, 7.1492e7); final double mass, radius; Planet(double m, double r) { mass = m; radius = r; } double gravity() { return 6.67300E-11 * mass / (radius * radius); } }
    enum Op { PLUS("+") { int apply(int a, int b) { return a + b; } }, MINUS("-") { int apply(int a, int b) { return a - b; } }, TIMES("*") { int apply(int a, int b) { return a * b; } @Override public String toString() { return "times!"; } }; final String s; Op(String s) { this.s = s; } abstract int apply(int a, int b); }
    enum Level { LOW, MID, HIGH; Level next() { return values()[(ordinal() + 1) % values().length]; } static final Map<String, Level> BY = new HashMap<>(); static { for (Level l : values()) BY.put(l.name().toLowerCase(), l); } }
    interface Coded { int code(); }
    enum Color implements Coded { RED, GREEN, BLUE; public int code() { return 1 << ordinal(); } }
    enum Empty { }
    enum Big { A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, F0, F1, F2, F3, F4, F5, F6, F7, F8, F9, G0, G1, G2, G3, G4, G5, G6, G7, G8, G9 }

    static String sw(Level l) { switch (l) { case LOW: return "low"; case HIGH: return "high"; default: return "default"; } }

    public static void main(String[] args) throws Exception {
        for (Planet p : Planet.values()) System.out.printf(Locale.ROOT, "%s %.4f%n", p, p.gravity());
        for (Op o : Op.values()) System.out.println(o + " " + o.name() + " " + o.s + " " + o.apply(6, 3) + " " + o.getClass().getName() + " " + o.getDeclaringClass().getSimpleName());
        for (Level l : Level.values()) System.out.println(l + sw(l) + l.next() + l.compareTo(Level.MID) + l.equals(Level.MID) + Level.BY.get("mid"));
        System.out.println(Level.valueOf("HIGH") + " " + Enum.valueOf(Color.class, "BLUE").code());
        try { Level.valueOf("NONE"); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        try { Level.valueOf(null); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { sw(null); } catch (NullPointerException e) { System.out.println("switch on null"); }
        EnumMap<Color, String> m = new EnumMap<>(Color.class); m.put(Color.BLUE, "b"); m.put(Color.RED, "r"); System.out.println(m + " " + m.containsKey(Color.GREEN));
        EnumSet<Big> set = EnumSet.range(Big.A8, Big.B2); set.add(Big.G9); set.remove(Big.A9); System.out.println(set + " " + EnumSet.complementOf(set).size() + " " + EnumSet.allOf(Big.class).size() + EnumSet.noneOf(Empty.class) + EnumSet.of(Color.BLUE, Color.RED));
        System.out.println(Empty.values().length + " " + Color.class.isEnum() + Op.PLUS.getClass().isEnum() + " " + Arrays.toString(Color.class.getEnumConstants()) + Modifier(Color.class) + Modifier(Op.class));
        try { java.lang.reflect.Constructor<?> k = Color.class.getDeclaredConstructors()[0]; k.setAccessible(true); k.newInstance("X", 9); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        Map<Level, Integer> count = new TreeMap<>(Comparator.reverseOrder()); for (int i = 0; i < 100; i++) count.merge(Level.values()[i * i % 3], 1, Integer::sum); System.out.println(count);
    }

    static String Modifier(Class<?> c) { return " " + java.lang.reflect.Modifier.toString(c.getModifiers());
    }
}
