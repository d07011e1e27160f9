package strings;

import java.util.*;

public class StringBasics {
    public static void main(String[] args) {
        String[] all = {"", "a", "abc", "ABC", "abcabc", " pad ", "\u00e9t\u00e9", "\u4e2d\u6587", "mixed\u4e2d", "\ud83d\ude00x", "\u0000\u0001", "stra\u00dfe", "\u0130i", "\t\n x \r"};
        for (String s : all) {
            StringBuilder b = new StringBuilder();
            b.append(s.length()).append(' ').append(s.hashCode()).append(' ').append(s.isEmpty()).append(s.isBlank()).append(' ').append(s.toUpperCase(Locale.ROOT)).append('|').append(s.toLowerCase(Locale.ROOT)).append('|').append(s.trim()).append('|').append(s.strip()).append('|').append(s.stripLeading()).append('|').append(s.stripTrailing()).append('|').append(s.repeat(2)).append('|').append(s.concat("+")).append('|').append(s.replace('a', 'z')).append('|').append(s.replace("b", "[b]")).append('|').append(s.replace("", "-"));
            b.append('|').append(s.indexOf('c')).append(s.indexOf("bc")).append(s.indexOf('c', 3)).append(s.lastIndexOf('a')).append(s.lastIndexOf("ab")).append(s.indexOf(0x1F600)).append(s.indexOf("")).append(s.lastIndexOf("")).append(s.contains("\u6587")).append(s.startsWith("a")).append(s.endsWith("c")).append(s.startsWith("b", 1));
            b.append('|').append(s.codePointCount(0, s.length())).append(s.chars().sum()).append(' ').append(s.codePoints().count()).append(s.equalsIgnoreCase("abc")).append(new StringBuilder(s).reverse());
            System.out.println(b.toString().replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0"));
        }
        for (String a : all) { StringBuilder b = new StringBuilder(); for (String c : all) b.append(Integer.signum(a.compareTo(c))).append(a.equals(c) ? "=" : "").append(a.compareToIgnoreCase(c)).append(' '); System.out.println(b); }
        System.out.println("a,b,,c,,".split(",").length + Arrays.toString("a,b,,c,,".split(",", -1)) + Arrays.toString("a1b22c".split("\\d+")) + Arrays.toString("x".split("")) + Arrays.toString("".split(",")) + Arrays.toString("a|b|c".split("|")) + Arrays.toString("a.b.c".split("\\.", 2)));
        System.out.println(String.join("-", "a", "b", "c") + String.join("/", List.of()) + String.join(",", List.of("x", "y")) + new StringJoiner(", ", "{", "}").setEmptyValue("EMPTY").add("z") + new StringJoiner(",").setEmptyValue("EMPTY"));
        System.out.println("hello world".substring(6) + "hello".substring(1, 3) + "hello".subSequence(0, 2) + "hello".charAt(4) + new String(new char[] {'x', '\u00ff', '\u0100'}) + String.valueOf(new char[] {'a', 'b', 'c'}, 1, 2) + new String(new int[] {0x1F600, 65}, 0, 2).length());
        System.out.println("a\nb\r\nc\rd".lines().toList() + " " + "  x\n    y\n".stripIndent().replace("\n", "|") + "a\\tb\\n".translateEscapes().length() + "ab".indent(2).replace("\n", "$") + " " + "x".compareTo("xyz") + "b".compareTo("a"));
        System.out.println("abc".contentEquals(new StringBuilder("abc")) + " " + "abcdef".regionMatches(2, "xcdx", 1, 2) + "ABC".regionMatches(true, 1, "xbc", 1, 2) + " " + "a-b-c".replaceAll("-(.)", "<$1>") + "a-b".replaceFirst("-", "\\\\") + "abc".matches("[a-c]+") + " " + "%d%%".formatted(5) + "x".describeConstable().get() + "abc".transform(s -> s + "!"));
        char[] cs = new char[5]; "hello world".getChars(3, 8, cs, 0); System.out.println(cs); System.out.println("abc".toCharArray().length + String.copyValueOf(cs) + "\ud83d\ude00".codePointAt(0) + "\ud83d\ude00".codePointBefore(2) + "\ud83d\ude00z".offsetByCodePoints(0, 1));
        String s = ""; for (int i = 0; i < 300; i++) s += (char) (i % 2 == 0 ? 'a' + i % 26 : 0x100 + i); System.out.println(s.hashCode() + " " + s.length());
        System.out.println("Aa".hashCode() == "BB".hashCode());
    }
}
