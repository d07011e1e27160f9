package classes;

public class SwitchExpressions {
    enum Day { MON, TUE, WED, THU, FRI, SAT, SUN }

    static int letters(Day d) { return switch (d) { case MON, FRI, SUN -> 6; case TUE -> 7; case THU, SAT -> { int n = d.name().length(); yield n + 5; } case WED -> 9; }; }
    static String text(String s) { return switch (s) { case "Aa", "BB" -> "collision " + s; case "C#" -> "cs"; case "" -> "empty"; case "\u00e9" -> "accent"; default -> { if (s.length() > 5) yield "long"; yield "short"; } }; }
    static Object mixed(int i) { return switch (i) { case 0 -> 1; case 1 -> 2.5; case 2 -> 'c'; case 3 -> "s"; default -> throw new IllegalArgumentException("no " + i); }; }
    static int old(String s) { int r = 0; switch (s) { case "one": r++; case "two": r += 2; break; case "AaAa": r = 100; break; case "BBBB": r = 200; break; case "AaBB": r = 300; break; default: r = -1; } return r; }
    static int colon(int k) { return switch (k) { case 1: case 2: System.out.print("(12)"); yield 12; case 3: System.out.print("(3)"); default: yield -k; }; }
    static String nested(Day d, int h) { return switch (d) { case SAT, SUN -> switch (h / 6) { case 0 -> "sleep"; case 1 -> "still sleep"; default -> "play"; }; default -> h < 9 ? "rest" : h < 17 ? switch (h) { case 12 -> "lunch"; default -> "work"; } : "home"; }; }
    static long inLoop() { long t = 0; for (int i = 0; i < 1000; i++) { long before = t; t = 0; long v = switch (i & 7) { case 0 -> i; case 1 -> { try { yield Integer.parseInt("x" + i); } catch (NumberFormatException e) { yield -1; } finally { t += 3; } } case 2, 3 -> 2L * i; default -> { int s = 0; for (int j = 0; j < i % 5; j++) s += j; yield s; } }; t += before + v; } return t; }

    public static void main(String[] args) {
        for (Day d : Day.values()) System.out.print(letters(d) + nested(d, 12) + nested(d, 3) + " ");
        System.out.println();
        for (String s : new String[] {"Aa", "BB", "C#", "", "\u00e9", "longer text", "abc"}) System.out.print(text(s) + "; ");
        System.out.println();
        for (int i = 0; i < 4; i++) System.out.print(mixed(i) + " " + mixed(i).getClass().getSimpleName() + " ");
        try { mixed(9); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        for (String s : new String[] {"one", "two", "AaAa", "BBBB", "AaBB", "BBAa"}) System.out.print(old(s) + " ");
        for (int i = 0; i < 5; i++) System.out.print(colon(i) + " ");
        System.out.println(inLoop());
        try { text(null); } catch (NullPointerException e) { System.out.println("null string"); }
        Integer boxed = 3;
        System.out.println(switch (boxed) { case 3 -> "unboxed"; default -> "?"; });
        char c = 'b';
        int x = switch (c) { case 'a' -> 1; case 'b' -> 2; default -> 3; } + switch (c) { case 'b' -> 10; default -> 0; } * 2;
        System.out.println(x);
        String block = """
            Text block with "quotes" and \
            a joined line,
              indentation kept,\ttab\s
            escapes \\ \""" end
            """;
        System.out.print(block);
        System.out.println("""
            no trailing newline""" + """
              x
             y
            """.length());
    }
}
