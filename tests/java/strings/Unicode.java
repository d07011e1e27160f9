package strings;

import java.nio.charset.*;
import java.util.*;

public class Unicode {
    static String hex(byte[] b) { StringBuilder s = new StringBuilder(); for (byte x : b) s.append(String.format("%02x", x)); return s.toString(); }
    public static void main(String[] args) throws Exception {
        String[] all = {"ascii", "\u00e9\u00ff", "\u0100\u07ff", "\u0800\uffff", "\ud83d\ude00", "\ud800 lone", "\0"};
        Charset[] sets = {StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8, StandardCharsets.UTF_16, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE};
        for (String s : all) for (Charset c : sets) { byte[] b = s.getBytes(c); String back = new String(b, c); System.out.println(c + " " + hex(b) + " " + back.equals(s) + " " + back.length() + " " + back.hashCode()); }
        for (String h : new String[] {"c3a9", "c3", "e4b8", "f09f9880", "f8888080", "c080", "eda080", "41ff42", "e228a1", "f4908080", "efbfbf"}) { byte[] b = new byte[h.length() / 2]; for (int i = 0; i < b.length; i++) b[i] = (byte) Integer.parseInt(h.substring(i * 2, i * 2 + 2), 16); StringBuilder o = new StringBuilder(h + ":"); new String(b, "UTF-8").chars().forEach(c -> o.append(' ').append(Integer.toHexString(c))); System.out.println(o); }
        try { "x".getBytes("no-such-charset"); } catch (java.io.UnsupportedEncodingException e) { System.out.println(e.getMessage()); } try { Charset.forName("bad name"); } catch (IllegalCharsetNameException e) { System.out.println(e.getMessage()); } System.out.println(Charset.isSupported("UTF-8") + " " + Charset.forName("latin1").name() + Charset.defaultCharset());
        CharsetDecoder d = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT); try { d.decode(java.nio.ByteBuffer.wrap(new byte[] {65, (byte) 0xff})); } catch (CharacterCodingException e) { System.out.println(e); } CharsetEncoder en = StandardCharsets.US_ASCII.newEncoder(); System.out.println(en.canEncode('a') + " " + en.canEncode('\u00e9') + en.maxBytesPerChar());
        System.out.println("\u00df".toUpperCase(Locale.ROOT) + "\u0130".toLowerCase(Locale.ROOT).length() + "\u03a3\u0391\u03a3".toLowerCase(Locale.ROOT) + "\ufb01".toUpperCase(Locale.ROOT) + "I".toLowerCase(new Locale("tr")).codePointAt(0) + "\u01c5".toUpperCase(Locale.ROOT) + Character.toTitleCase('\u01c6') + "\ud801\udc28".toUpperCase(Locale.ROOT).codePointAt(0));
        int letters = 0, digits = 0, upper = 0, space = 0, ident = 0, mirrored = 0, sum = 0; for (int c = 0; c < 0x20000; c++) { if (Character.isLetter(c)) letters++; if (Character.isDigit(c)) digits++; if (Character.isUpperCase(c)) upper++; if (Character.isWhitespace(c)) space++; if (Character.isUnicodeIdentifierStart(c)) ident++; if (Character.isMirrored(c)) mirrored++; if (c % 17 == 0) sum += Character.getType(c) * 31 + Character.toLowerCase(c); } System.out.println(letters + " " + digits + " " + upper + " " + space + " " + ident + " " + mirrored + " " + sum);
        System.out.println(Character.UnicodeBlock.of('\u4e2d') + " " + Character.UnicodeScript.of('\u0416') + " " + Character.getName(0x1F600) + " " + Character.isIdeographic(0x4e2d) + Character.charCount(0x10000) + Character.highSurrogate(0x1F600) + Character.isSurrogatePair('\ud83d', '\ude00') + Character.toString(0x1F600) + Character.reverseBytes('\u1234') + Character.isISOControl('\u0085') + Character.isDefined(0x0378) + Character.getDirectionality('\u05d0'));
        System.out.println(java.text.Normalizer.normalize("\u00e9", java.text.Normalizer.Form.NFD).length() + java.text.Normalizer.normalize("e\u0301", java.text.Normalizer.Form.NFC).length());
        System.out.println("prints: \u00e9 \u4e2d \ud83d\ude00 \u0416"); String mixed = ""; for (int i = 0; i < 1000; i++) mixed = (mixed + (char) (i * 37)).substring(Math.max(0, mixed.length() - 50)); System.out.println(mixed.hashCode());
    }
}
