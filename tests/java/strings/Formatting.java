package strings;

import java.util.*;

public class Formatting {
    static void f(String p, Object... a) { try { System.out.println("[" + String.format(Locale.ROOT, p, a) + "]"); } catch (IllegalFormatException e) { System.out.println(p + " -> " + e.getClass().getSimpleName() + " " + e.getMessage()); } }
    public static void main(String[] args) {
        f("%d %5d %-5d| %05d %+d %,d %(d % d %x %X %o %#x %08x", 1, 2, 3, 4, 5, 1234567, -6, 7, 255, 255, 8, 255, -1);
        f("%d %d %d %x", Long.MIN_VALUE, (byte) -1, (short) 5, -1L); f("%d %x %,d", new java.math.BigInteger("123456789012345678901234567890"), new java.math.BigInteger("-255"), new java.math.BigInteger("-1234567890123"));
        f("%f %.2f %10.3f %-10.1f| %+.0f %010.2f %,.2f %(.1f", 1.0, 2.345, 3.14159, 2.55, 2.5, -1.5, 1234567.891, -3.0); f("%e %.3E %g %.3g %a %g", 12345.678, 0.00012, 0.0001, 123456.0, 1.0, 1e-10); f("%f %e %g %f %5.1f", Double.NaN, Double.POSITIVE_INFINITY, 0.0, Double.NEGATIVE_INFINITY, -0.0); f("%.15f %.20f %.0f %.0f %.0f", 0.1, 1 / 3.0, 0.5, 1.5, 2.5); f("%.2f %.10f", new java.math.BigDecimal("1.005"), new java.math.BigDecimal("1e-5"));
        f("%s %10s %-10s| %.3s %S %10.2s", "str", "right", "left", "truncated", "upper", "abc"); f("%s %s %s", null, List.of(1, 2), new int[0].length); f("%b %b %b %B %5b", true, null, "x", false, true); f("%c %C %c %5c|%c", 'x', 'y', 65, 'z', 0x1F600); f("%h %h %%  %n", "hash", 255); f("%2$s %1$s %<s %s %s", "a", "b");
        f("%tY-%<tm-%<td %<tH:%<tM:%<tS", new GregorianCalendar(2020, Calendar.FEBRUARY, 3, 4, 5, 6)); f("%tF %<tT %<tj %<tB %<ta %<tp %<te", java.time.LocalDateTime.of(2021, 12, 25, 13, 14, 15));
        f("%d", "not a number"); f("%s %s", "one"); f("%q", 1); f("%-d", 1); f("%.2d", 1); f("%c", "str"); f("%5", 1); f("%+s", "x"); f("%,x", 255); f("%-05d", 5); f("%#d", 5); f("%f", 5); f("%c", 0x110000); f("%");
        class F implements Formattable { public void formatTo(Formatter fm, int flags, int w, int p) { fm.format("F(%d,%d,%d)", flags, w, p); } } f("%s %-5.2S", new F(), new F());
        System.out.printf(Locale.ROOT, "%s%n", String.format("%5s|%-5s|%05d", "a", "b", 42)); Formatter fm = new Formatter(new StringBuilder("pre:"), Locale.ROOT); fm.format("%d", 1).format("%d", 2); System.out.println(fm + " " + fm.out()); StringBuilder big = new StringBuilder(); for (int i = 0; i < 200; i++) big.append(String.format(Locale.ROOT, "%03d:%x:%.3f;", i, i * i, i / 7.0)); System.out.println(big.toString().hashCode() + " " + big.length());
        System.out.println(String.format(Locale.GERMANY, "%,d", 1234567).length() + String.format(Locale.US, "%,.2f", 9876.5));
    }
}
