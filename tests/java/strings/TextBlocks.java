package strings;

public class TextBlocks {
    public static void main(String[] args) {
        String a = """
            {
              "name": "x",
                "list": [1, 2]
            }""", b = """
        tabs	and trailing   
          kept\040\040
        octal \101 \u0041 \s|
        """, c = """

            first line empty

            """, d = """
            "quoted" ""\" triple ""\"""", e = """
            one \
            two \
            three""";
        for (String s : new String[] {a, b, c, d, e}) System.out.println("[" + s.replace("\n", "\\n\n") + "] " + s.length() + " " + s.lines().count()); System.out.println(a.equals("{\n  \"name\": \"x\",\n    \"list\": [1, 2]\n}") + "" + (e == "one two three") + "%s and %d".formatted("f", 3) + """
            a
             b
            """.indent(-1).strip() + "   x\n  y".stripIndent() + "\\t".translateEscapes().length()); System.out.println(switchText("""
            multi
            line""")); final String k = """
            k"""; System.out.println((k + 1) == "k1"); try { "\\q".translateEscapes(); } catch (IllegalArgumentException x) { System.out.println(x.getMessage()); }
    }
    static int switchText(String s) { return switch (s) { case "multi\nline" -> 1; default -> 0; }; }
}
