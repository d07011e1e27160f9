package classes;

import java.util.*;

public class Boxing {
    static String which(Object o) { return "Object:" + o.getClass().getSimpleName(); }
    static String which(long l) { return "long"; }
    static String which(Integer i) { return "Integer"; }
    static String only(double d) { return "double " + d; }
    static Integer nothing() { return null; }

    public static void main(String[] args) {
        Integer a = 127, b = 127, c = 128, d = 128;
        System.out.println((a == b) + " " + (c == d) + " " + c.equals(d) + " " + (c <= d && c >= d));
        Long l = 127L, m = 127L; Character x = 'x', y = 'x'; Byte by = 5, bz = 5; Short s = -128, t = -128; Boolean p = true, q = Boolean.valueOf("TRUE");
        System.out.println((l == m) + " " + (x == y) + " " + (by == bz) + " " + (s == t) + " " + (p == q) + " " + l.equals(127) + " " + new ArrayList<>(List.of(1, 2, 3)).remove(Integer.valueOf(2)));
        System.out.println(which(5) + which('c') + which((byte) 1) + which(5.0) + which(a) + which(true) + only(5) + only('a') + only(5L));
        Integer i = 5; i++; i += 2; i = -i; ++i; System.out.println(i + " " + i-- + " " + i);
        Character ch = 'a'; ch++; System.out.println(ch);
        Double z = 1.0; z /= 3; System.out.println(z);
        Object tern = true ? 1 : 2.0; System.out.println(tern); Object tern2 = true ? (Object) 1 : 2.0; System.out.println(tern2);
        Integer nul = null; try { int v = nul; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { int v = nothing(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { boolean f = (Boolean) (Object) null; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { long v = true ? nul : 0L; } catch (NullPointerException e) { System.out.println("ternary"); }
        List<Integer> list = new ArrayList<>(); for (int k = 0; k < 300; k++) list.add(k); int same = 0; for (int k = 0; k < 300; k++) if (list.get(k) == (Object) Integer.valueOf(k)) same++; System.out.println(same >= 128);
        long sum = 0; for (Integer k : list) sum += k; System.out.println(sum);
        System.out.println(Integer.valueOf(65).hashCode() + " " + Long.valueOf(1L << 32).hashCode() + " " + Double.valueOf(1.5).hashCode() + " " + Boolean.TRUE.hashCode() + " " + Character.valueOf('A').hashCode() + " " + Float.valueOf(1.5f).hashCode() + " " + Byte.valueOf((byte) -1).hashCode());
        System.out.println(Integer.parseInt("-7f", 16) + " " + Integer.toString(255, 2) + " " + Integer.toHexString(-1) + " " + Integer.toOctalString(8) + " " + Long.parseLong("zz", 36) + " " + Integer.parseUnsignedInt("4294967295") + " " + Integer.toUnsignedString(-1) + " " + Long.toUnsignedString(-1L) + " " + Integer.divideUnsigned(-1, 2) + " " + Long.remainderUnsigned(-1L, 10) + " " + Integer.decode("0x10") + Integer.decode("-010") + " " + Integer.compareUnsigned(-1, 1));
        for (String bad : new String[] {"", "x", "2147483648", "-", "1.5", " 1", "+", "0x1"}) { try { System.out.print(Integer.parseInt(bad)); } catch (NumberFormatException e) { System.out.println(e.getMessage()); } }
        for (String bad : new String[] {null, "9223372036854775808", "1L"}) { try { System.out.print(Long.parseLong(bad)); } catch (NumberFormatException e) { System.out.println(e.getMessage()); } }
        System.out.println(Byte.parseByte("-128") + Short.parseShort("7fff", 16) + " " + Boolean.parseBoolean("tRue") + Double.parseDouble(" 1e3 ") + Float.parseFloat("0x1p3") + Double.valueOf("-Infinity") + Double.valueOf("NaN"));
        for (String bad : new String[] {"", "abc", "1e", "0x1"}) { try { System.out.print(Double.parseDouble(bad)); } catch (NumberFormatException e) { System.out.println(e.getMessage()); } }
        System.out.println(Character.getNumericValue('z') + " " + Character.isLetter('\u00e9') + Character.isDigit('\u0665') + Character.toUpperCase('\u00ff') + Character.toChars(0x1F600).length + Character.isJavaIdentifierStart('$') + Character.getType('A') + Character.MIN_RADIX + Character.forDigit(11, 16) + Character.digit('F', 16) + Character.isWhitespace('\t') + Character.isSurrogate('\ud800') + " " + Character.getName('A'));
    }
}
