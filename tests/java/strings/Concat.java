package strings;

public class Concat {
    static int n;
    static String side(String s) { return s + n++; }
    public static void main(String[] args) {
        byte b = -1; short s = 300; char c = 'c'; int i = -5; long l = 1L << 50; float f = 0.1f; double d = 1e100; boolean z = true; String t = "t\u4e2d", nul = null; Object o = new int[0].length, no = null; char[] arr = {'a'}; StringBuilder sb = new StringBuilder("sb");
        System.out.println("" + b + s + c + i + l + f + d + z + t + nul + o + no + sb);
        System.out.println(b + s + c + i + " " + b + s + c + i);
        System.out.println(c + "" + c + (c + c) + (char) (c + 1) + 'x' + "\u0001\u0002" + t);
        System.out.println("a" + 1 + "b" + 2L + "c" + 3f + "d" + 4d + "e" + 'f' + "g" + true + "h" + null + "i");
        String acc = "x"; acc += 1; acc += 'y'; acc += 2.5; acc += null; acc += acc; acc += new Object[0].length + 1; System.out.println(acc);
        System.out.println(side("a") + side("b") + (side("c") + side("d")) + n);
        String[] holder = {"h"}; int k = 0; holder[k++] += "i" + k; System.out.println(holder[0] + k);
        Object obj = "obj"; obj += "+str"; System.out.println(obj);
        String many = "" + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l + i + l;
        System.out.println(many.length() + " " + many.hashCode());
        int h = 0; for (int x = 0; x < 3000; x++) { String y = "n" + x + ":" + (x * 0.5) + (x % 2 == 0 ? "\u00ff" : "\u0100") + (char) x + (x > 5); h = h * 31 + y.hashCode(); } System.out.println(h);
        class Weird { public String toString() { return null; } } System.out.println("weird " + new Weird() + new Weird());
        class Thrower { public String toString() { throw new IllegalStateException("toString"); } } try { System.out.println("x" + new Thrower()); } catch (IllegalStateException e) { System.out.println(e.getMessage()); }
        final String k1 = "const"; System.out.println((k1 + 1 + 'c' + 2.0 + true) == "const1c2.0true");
        System.out.println("" + Integer.MIN_VALUE + Long.MIN_VALUE + Byte.MIN_VALUE + Short.MIN_VALUE + (int) Character.MAX_VALUE + Float.MIN_VALUE + Double.MAX_VALUE + Double.NaN + Float.NEGATIVE_INFINITY + -0f);
        String[] words = new String[50]; for (int w = 0; w < 50; w++) words[w] = w + "w" + (w < 25 ? "" : words[w - 25]); System.out.println(String.join(" ", words).hashCode());
    }
}
