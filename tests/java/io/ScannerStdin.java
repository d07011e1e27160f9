package io;

import java.util.*;

public class ScannerStdin {
    public static void main(String[] args) {
        Scanner s = new Scanner(System.in).useLocale(Locale.ROOT); System.out.println(s.nextInt() + s.nextLong() + s.nextDouble() + " " + s.nextBoolean() + s.next() + s.nextBigInteger() + s.nextBigDecimal() + s.nextInt(16) + s.hasNextInt()); try { s.nextInt(); } catch (InputMismatchException e) { System.out.println(e.getMessage()); } System.out.println(s.next() + "|" + s.nextLine() + "|" + s.nextLine() + "|"); s.useDelimiter("[,\n]"); while (s.hasNext()) System.out.print("<" + s.next() + ">"); System.out.println(s.hasNextLine()); try { s.next(); } catch (NoSuchElementException e) { System.out.println("no more " + e.getMessage()); } Scanner t = new Scanner("k1=v1;k2=v2"); System.out.println(t.findInLine("(\\w+)=(\\w+)") + t.match().group(2) + t.skip(";").findInLine("\\w+")); System.out.println(new Scanner("1,234 5.5 x").useLocale(Locale.US).nextInt() + " " + new Scanner("a b c").tokens().count() + new Scanner("x1y22").findAll("\\d+").count());
    }
}
