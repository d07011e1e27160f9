package p;

import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.ServiceLoader;

/** Prints what a program can see of its class path, apart from java.class.path. */
public class Main {
    public static void main(String[] args) throws Exception {
        System.out.println(String.join(",", args) + " " + System.getProperty("sun.java.command"));
        for (Class<?> type : new Class<?>[] {Main.class, q.Other.class, Thread.currentThread().getContextClassLoader()
                .loadClass("Unnamed")}) {
            Package pack = type.getPackage();
            System.out.println(type + " " + type.getProtectionDomain().getCodeSource().getLocation() + " "
                    + type.getProtectionDomain().getCodeSource().getCodeSigners() + " " + type.getModule().isNamed() + " "
                    + pack.getImplementationTitle() + " " + pack.getSpecificationVersion() + " " + pack.isSealed() + " "
                    + type.getClassLoader().getClass().getName());
        }
        ClassLoader loader = Main.class.getClassLoader();
        for (String name : new String[] {"both.txt", "p/own.txt", "p", "p/", "q/", "only folder.txt", "r.txt", "absent",
                "p/Main.class", "META-INF/versions/17/r.txt", "/p/own.txt"}) {
            for (URL url : Collections.list(loader.getResources(name))) System.out.println(name + " -> " + url);
            System.out.println(name + " first " + loader.getResource(name));
            try (InputStream in = loader.getResourceAsStream(name)) {
                if (name.endsWith(".txt")) {
                    System.out.println(in == null ? "none" : new String(in.readAllBytes(), StandardCharsets.UTF_8).trim());
                }
            }
        }
        URL own = Main.class.getResource("own.txt");
        URLConnection connection = own.openConnection();
        connection.setUseCaches(false);
        System.out.println(connection.getContentLength() + " " + connection.getContentLengthLong() + " "
                + connection.getContentType() + " " + (connection instanceof JarURLConnection));
        JarURLConnection jar = (JarURLConnection) connection;
        System.out.println(jar.getEntryName() + " " + jar.getJarFileURL() + " "
                + jar.getMainAttributes().getValue("Implementation-Title") + " " + jar.getJarEntry());
        System.out.println(new String(new URL(own, "../both.txt").openStream().readAllBytes()).trim());
        System.out.println(own.equals(Main.class.getResource("own.txt")) + " " + own.equals(loader.getResource("both.txt"))
                + " " + (own.hashCode() == Main.class.getResource("own.txt").hashCode()) + " " + own.toURI());
        URL folder = q.Other.class.getResource("/only folder.txt");
        System.out.println(folder.openConnection().getContentLength() + " " + folder.openConnection().getContentType());
        try {
            new URL(own, "missing.txt").openStream();
        } catch (java.io.IOException e) {
            System.out.println(e.getClass());
        }
        for (Runnable service : ServiceLoader.load(Runnable.class)) {
            service.run();
        }
        for (String missing : new String[] {"p.Missing", "p/Main"}) {
            try {
                Class.forName(missing);
            } catch (ClassNotFoundException | NoClassDefFoundError e) {
                System.out.println(e);
            }
        }
        System.out.println(Charset.defaultCharset() + " " + Locale.getDefault() + " "
                + Locale.getDefault(Locale.Category.FORMAT) + " " + java.util.TimeZone.getDefault().getID());
        System.out.println(Path.of("x").toAbsolutePath() + " " + new java.io.File("x").getAbsolutePath() + " "
                + java.nio.file.Files.exists(Path.of("marker")) + " " + new java.io.File("marker").exists());
        System.out.println(System.getProperty("user.dir") + " " + System.getProperty("user.variant") + " "
                + System.getProperty("file.encoding") + " " + String.format("%,.1f", 1234.5));
        System.out.println("gr\u00fc\u00dfe \u2713");
        try {
            Class.forName("sealed_pack.Intruder");
        } catch (ExceptionInInitializerError e) {
            System.out.println(e.getCause());
        }
        System.err.println("to stderr");
        if (args.length > 0 && args[0].equals("throw")) throw new IllegalStateException("at the end");
    }
}
