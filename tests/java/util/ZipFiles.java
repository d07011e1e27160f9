package util;

import java.io.*;
import java.util.jar.*;
import java.util.zip.*;

public class ZipFiles {
    public static void main(String[] args) throws Exception {
        try (ZipOutputStream z = new ZipOutputStream(new FileOutputStream("t.zip"))) {
            z.setComment("a comment");
            for (int i = 0; i < 30; i++) {
                z.putNextEntry(new ZipEntry("dir" + i % 3 + "/file" + i + ".txt"));
                z.write(("content " + i + " ").repeat(i).getBytes());
                z.closeEntry();
            }
        }
        try (ZipFile f = new ZipFile("t.zip")) {
            System.out.println(f.size() + " " + f.getComment() + " " + f.getEntry("none"));
            long h = 0;
            for (var e = f.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                byte[] b = f.getInputStream(entry).readAllBytes();
                h = h * 31 + new String(b).hashCode() + entry.getSize() + entry.getCrc();
            }
            System.out.println(h);
            System.out.println(f.stream().map(ZipEntry::getName).filter(n -> n.startsWith("dir1")).toList());
        }
        Manifest m = new Manifest();
        m.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        m.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "a.Main");
        try (JarOutputStream j = new JarOutputStream(new FileOutputStream("t.jar"), m)) {
            j.putNextEntry(new JarEntry("x"));
            j.write(1);
        }
        try (JarFile j = new JarFile("t.jar")) {
            System.out.println(j.getManifest().getMainAttributes().getValue("Main-Class") + " " + j.size());
        }
        try {
            new ZipFile("missing.zip");
        } catch (IOException e) {
            System.out.println(e.getClass().getSimpleName() + " " + e.getMessage());
        }
        try (FileOutputStream o = new FileOutputStream("bad.zip")) {
            o.write(new byte[100]);
        }
        try {
            new ZipFile("bad.zip");
        } catch (ZipException e) {
            System.out.println(e.getMessage());
        }
    }
}
