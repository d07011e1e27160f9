package loaders;

import java.io.*;
import java.net.*;
import java.util.*;

public class Resources {
    static String read(InputStream in) throws IOException { if (in == null) return "null"; try (in) { return new String(in.readAllBytes(), "UTF-8").trim(); } }
    public static void main(String[] args) throws Exception {
        Class<?> c = Resources.class; ClassLoader l = c.getClassLoader(); System.out.println(read(c.getResourceAsStream("a.txt")) + read(c.getResourceAsStream("/loaders/a.txt")) + read(l.getResourceAsStream("loaders/sub/b.txt")) + read(c.getResourceAsStream("sub/b.txt")) + read(c.getResourceAsStream("none")) + read(l.getResourceAsStream("/loaders/a.txt")) + read(ClassLoader.getSystemResourceAsStream("top.txt"))); System.out.println(c.getResource("Resources.class") != null); try (DataInputStream d = new DataInputStream(c.getResourceAsStream("Resources.class"))) { System.out.println(Integer.toHexString(d.readInt()) + " " + d.readUnsignedShort() + " " + d.readUnsignedShort()); } System.out.println(read(l.getResource("top.txt").openStream())); System.out.println(l.resources("loaders/a.txt").count() + "" + Collections.list(l.getResources("nope")).size()); System.out.println(Object.class.getResource("Object.class").getProtocol() + (Object.class.getResourceAsStream("Object.class").readAllBytes().length > 1000) + (ClassLoader.getSystemResource("java/lang/String.class") != null)); ClassLoader fake = new ClassLoader(l) { @Override public InputStream getResourceAsStream(String n) { return n.equals("virtual") ? new ByteArrayInputStream("virtual resource".getBytes()) : super.getResourceAsStream(n); } }; System.out.println(read(fake.getResourceAsStream("virtual")) + read(fake.getResourceAsStream("top.txt"))); Properties p = new Properties(); try (InputStream in = c.getResourceAsStream("p.properties")) { p.load(in); } System.out.println(new TreeMap<>(p)); try (BufferedReader r = new BufferedReader(new InputStreamReader(c.getResourceAsStream("lines.txt"), "UTF-8"))) { int n = 0; long h = 0; for (String s; (s = r.readLine()) != null; n++) h = h * 31 + s.hashCode(); System.out.println(n + " " + h); }
    }
}
