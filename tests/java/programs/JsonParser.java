package programs;

import java.util.*;

public class JsonParser {
    final String s; int p;
    JsonParser(String s) { this.s = s; }
    RuntimeException bad(String m) { return new IllegalArgumentException(m + " at " + p); }
    void ws() { while (p < s.length() && Character.isWhitespace(s.charAt(p))) p++; }
    Object value() {
        ws();
        if (p == s.length()) throw bad("unexpected end");
        char c = s.charAt(p);
        if (c == '{') { Map<String, Object> m = new LinkedHashMap<>(); p++; ws(); if (s.charAt(p) == '}') { p++; return m; } do { ws(); String k = string(); ws(); expect(':'); m.put(k, value()); ws(); } while (s.charAt(p) == ',' && p++ >= 0); expect('}'); return m; }
        if (c == '[') { List<Object> l = new ArrayList<>(); p++; ws(); if (s.charAt(p) == ']') { p++; return l; } do { l.add(value()); ws(); } while (s.charAt(p) == ',' && p++ >= 0); expect(']'); return l; }
        if (c == '"') return string();
        if (s.startsWith("true", p)) { p += 4; return true; }
        if (s.startsWith("false", p)) { p += 5; return false; }
        if (s.startsWith("null", p)) { p += 4; return null; }
        int q = p;
        while (p < s.length() && "+-.eE0123456789".indexOf(s.charAt(p)) >= 0) p++;
        if (q == p) throw bad("unexpected '" + c + "'");
        String n = s.substring(q, p);
        try { if (n.matches("-?\\d+")) return Long.valueOf(n); return Double.valueOf(n); } catch (NumberFormatException e) { p = q; throw bad("number"); }
    }
    void expect(char c) { if (p >= s.length() || s.charAt(p) != c) throw bad("expected '" + c + "'"); p++; }
    String string() { expect('"'); StringBuilder b = new StringBuilder(); while (true) { if (p >= s.length()) throw bad("open string"); char c = s.charAt(p++); if (c == '"') return b.toString(); if (c != '\\') { b.append(c); continue; } c = s.charAt(p++); switch (c) { case 'n' -> b.append('\n'); case 't' -> b.append('\t'); case 'u' -> { b.append((char) Integer.parseInt(s.substring(p, p + 4), 16)); p += 4; } default -> b.append(c); } } }
    static void write(Object o, StringBuilder b) { if (o instanceof Map<?, ?> m) { b.append('{'); String sep = ""; for (var e : m.entrySet()) { b.append(sep); write(e.getKey(), b); b.append(':'); write(e.getValue(), b); sep = ","; } b.append('}'); } else if (o instanceof List<?> l) { b.append('['); for (int i = 0; i < l.size(); i++) { if (i > 0) b.append(','); write(l.get(i), b); } b.append(']'); } else if (o instanceof String t) { b.append('"'); for (char c : t.toCharArray()) if (c == '"' || c == '\\') b.append('\\').append(c); else if (c < 32 || c > 126) b.append(String.format("\\u%04x", (int) c)); else b.append(c); b.append('"'); } else b.append(o); }
    public static void main(String[] args) {
        for (String t : new String[] {"{\"a\": [1, 2.5, -3e2, true, null], \"b\": {\"c\": \"x\\n\\u00e9\\\"\"}, \"e\": {}, \"f\": []}", "[", "[1,]", "{\"a\" 1}", "tru", "\"open", "[1 2]", "1.2.3", " 42 "}) try { StringBuilder b = new StringBuilder(); JsonParser j = new JsonParser(t); write(j.value(), b); System.out.println(b); } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) { System.out.println(e.getMessage()); }
        StringBuilder big = new StringBuilder("["); for (int i = 0; i < 400; i++) big.append(i == 0 ? "" : ",").append("{\"id\":").append(i).append(",\"name\":\"n\\u0041").append(i).append("\",\"tags\":[").append(i * 0.5).append(",\"t\"]}"); Object v = new JsonParser(big.append("]").toString()).value(); StringBuilder out = new StringBuilder(); write(v, out); System.out.println(out.length() + " " + out.toString().hashCode() + " " + v.hashCode());
    }
}
