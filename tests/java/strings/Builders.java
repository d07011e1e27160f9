package strings;

public class Builders {
    public static void main(String[] args) {
        StringBuilder b = new StringBuilder();
        b.append(1).append(2L).append(1.5f).append(2.5).append('c').append(true).append((Object) null).append((String) null).append(new char[] {'x', 'y'}).append("seq", 1, 2).append(new char[] {'p', 'q', 'r'}, 1, 2).append(new StringBuilder("sb")).append(new StringBuffer("sf")).appendCodePoint(0x1F600).append(Integer.MIN_VALUE).append(Long.MIN_VALUE).append(-0.0).append(Float.NaN);
        System.out.println(b + " " + b.length());
        b.setLength(10); b.insert(0, "start").insert(5, 42).insert(3, 'c').insert(2, false).insert(1, 1.5).insert(0, new char[] {'[', ']'}).insert(4, (Object) null); System.out.println(b);
        b.delete(2, 6).deleteCharAt(0).replace(1, 4, "REPLACED\u4e2d").reverse(); System.out.println(b + " " + b.indexOf("E") + b.lastIndexOf("E") + b.indexOf("zz") + b.charAt(2));
        b.setCharAt(0, '\u00e9'); b.setCharAt(1, '\u1234'); System.out.println(b.substring(0, 5) + b.subSequence(2, 4) + b.codePointAt(1) + " " + b.compareTo(new StringBuilder("a")) + b.equals(b) + b.toString().contentEquals(b));
        b.setLength(0); b.setLength(3); System.out.println(b.length() + " " + (int) b.charAt(2) + b.isEmpty());
        StringBuilder c = new StringBuilder(4); int capacity = c.capacity(); c.append("12345678901234567890"); c.trimToSize(); c.ensureCapacity(100); System.out.println(capacity + " " + c.capacity() + new StringBuilder("abc").capacity());
        StringBuffer f = new StringBuffer("sync"); f.append(1).insert(0, "x").reverse().setCharAt(0, 'Q'); f.replace(0, 2, "__").append(f); System.out.println(f + " " + f.length());
        StringBuilder surrogate = new StringBuilder("a\ud83d\ude00b\ud83d").reverse(); for (int i = 0; i < surrogate.length(); i++) System.out.print(Integer.toHexString(surrogate.charAt(i)) + " "); System.out.println();
        StringBuilder big = new StringBuilder(); int h = 0;
        for (int i = 0; i < 5000; i++) { big.append(i).append(i % 100 == 0 ? "\u0416" : ","); if (i % 500 == 499) { h = h * 31 + big.toString().hashCode(); big.delete(0, big.length() / 2); } } System.out.println(h + " " + big.length());
        StringBuilder latin = new StringBuilder(); for (int i = 0; i < 256; i++) latin.append((char) i); String l1 = latin.toString(); latin.append('\u0100'); latin.deleteCharAt(256); System.out.println(l1.equals(latin.toString()) + " " + (l1.hashCode() == latin.toString().hashCode()) + l1.hashCode());
        StringBuilder chars = new StringBuilder("hello"); chars.chars().map(Character::toUpperCase).forEach(x -> System.out.print((char) x)); System.out.println(chars.append(chars, 1, 3));
        String r = ""; for (double d : new double[] {0, -0.0, 1, 0.1, 100, 1e7, 1.0E-5, 123456.789, 1e21, Double.MAX_VALUE, Double.MIN_VALUE, 1 / 3.0, 2e-44, 9007199254740993.0}) r += d + " "; for (float d : new float[] {0.1f, 1e10f, 1.17549435E-38f, 3.4e38f, 33333333f, 1 / 3f}) r += d + " "; System.out.println(r);
    }
}
