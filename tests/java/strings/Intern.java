package strings;

public class Intern {
    static final String FIELD = "shared literal";
    public static void main(String[] args) {
        String a = "literal", b = new String("literal"), c = new String(b), d = ("lit" + new StringBuilder("eral")).intern();
        System.out.println((a == b) + " " + (a == b.intern()) + " " + (b == c) + " " + (a == d) + " " + (c.intern() == d) + " " + a.equals(c));
        System.out.println((FIELD == Other.FIELD) + " " + (FIELD == Other.make()) + " " + (FIELD == Other.make().intern()));
        String[] kept = new String[2000];
        for (int i = 0; i < kept.length; i++) kept[i] = ("dynamic" + i % 700 + (char) (i % 700)).intern();
        int same = 0; for (int i = 700; i < kept.length; i++) if (kept[i] == kept[i - 700]) same++;
        System.out.println(same);
        System.out.println(("" == new String().intern()) + " " + ("\u4e2d\u6587" == new String(new char[] {'\u4e2d', '\u6587'}).intern()) + " " + ("\0" == String.valueOf((char) 0).intern()));
        System.out.println((String.class.getName() == String.class.getName()) + " " + ("java.lang.String" == String.class.getName()) + " " + (Intern.class.getName().equals("strings.Intern")));
        System.out.println((Enum2.A.name() == "A") + " " + ("x".concat("") == "x") + " " + ("abc".substring(0) == "abc") + " " + ("abc".trim() == "abc") + " " + ("abc".replace('x', 'y') == "abc") + " " + ("abc".toLowerCase() == "abc") + " " + (String.valueOf("q") == "q") + " " + ("a".repeat(1) == "a"));
        StringBuilder long1 = new StringBuilder(); for (int i = 0; i < 5000; i++) long1.append((char) ('a' + i % 26)); String l1 = long1.toString(), l2 = long1.toString(); System.out.println((l1 == l2) + " " + (l1.intern() == l2.intern()));
        System.out.println(switchOn("AaAaAa") + switchOn("AaAaBB") + switchOn("BBBBBB") + switchOn("none") + switchOn("\u4e2d"));
    }
    static int switchOn(String s) { switch (s) { case "AaAaAa": return 1; case "AaAaBB": return 2; case "BBBBBB": return 3; case "\u4e2d": return 4; default: return 0; } }
    enum Enum2 { A }
    static class Other { static final String FIELD = "shared literal"; static String make() { return "shared " + Integer.valueOf(0).toString().replace("0", "literal"); } }
}
