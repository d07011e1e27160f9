package reflection;

import java.lang.invoke.*;

/** Names that Class.forName and class loaders take, and those that they refuse. */
public class ClassNames {
    static class Loader extends ClassLoader {
        Class<?> loaded(String name) { return findLoadedClass(name); }
        Class<?> define(String name, byte[] b) { return defineClass(name, b, 0, b.length); }
        Class<?> system(String name) throws Exception { return findSystemClass(name); }
    }
    interface Act { Object run() throws Throwable; }
    static void t(String what, Act a) {
        String r;
        try { r = String.valueOf(a.run()); } catch (Throwable e) { r = e.toString(); }
        System.out.println(shorten(what) + " -> " + shorten(r));
    }
    static String shorten(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray()) b.append(c < 32 || c > 126 ? "\\u" + Integer.toHexString(c) : "" + c);
        return b.length() < 300 ? b.toString() : b.substring(0, 120) + "...(" + b.length() + ")";
    }
    public static void main(String[] args) throws Exception {
        Loader loader = new Loader();
        String[] names = {"", ".", "/", ";", "[", "[[", "[]", "L", "[L", "[L;", "[LI;", "[V", "V", "I", "[I", "[Q", "[II", "[[I", "int", "[L[I;", "[[L[I;", "[L[Ljava.lang.String;;",
            "[Ljava.lang.String", "[Ljava.lang.String;", "[[Ljava.lang.String;", "[Ljava/lang/String;", "[Ljava.lang.String;x", "[Ljava.lang;String;", "java/lang/String", "java.lang.String", "java.lang.String;", "java..lang", ".java.lang.String",
            "java.lang.String.", "[Ljava.lang.String.;", "[L.a;", "[La..b;", "Ljava.lang.String;", "java.lang.String[]", "a[b", "a;b", "a b", "\0", "a\0b", "java.lang.String\0", "[Lreflection.Missing;", "[[Lreflection.Missing;", "reflection.Missing", "\u00e9", "\ud83d\ude00", "\ud83d", "<init>", "reflection.ClassNames$Loader", "reflection.ClassNames.Loader", "reflection.ClassNames$Loader;",
            "[".repeat(255) + "I", "[".repeat(256) + "I", "[".repeat(255) + "Ljava.lang.String;", "[".repeat(256) + "Ljava.lang.String;", "a".repeat(65535), "a".repeat(65536), "[L" + "a".repeat(65532) + ";", "[L" + "a".repeat(65533) + ";"};
        for (String n : names) {
            t("forName " + n, () -> Class.forName(n));
            t("  boot " + n, () -> Class.forName(n, false, null));
            t("  own " + n, () -> Class.forName(n, false, loader));
            t("  load " + n, () -> loader.loadClass(n));
            t("  loaded " + n, () -> loader.loaded(n));
            t("  system " + n, () -> loader.system(n));
            t("  find " + n, () -> MethodHandles.lookup().findClass(n));
        }
        byte[] bytes = ClassNames.class.getResourceAsStream("ClassNames$Loader.class").readAllBytes();
        for (String n : new String[] {"", "a/b", "[I", "[Lreflection.ClassNames$Loader;", "reflection.Other", "java.lang.Mine", "a;", "a.", "a".repeat(65536)})
            t("define " + n, () -> loader.define(n, bytes));
        t("define short", () -> loader.define("x", new byte[3]));
        t("define null, short", () -> loader.define(null, new byte[3]));
        byte[] later = bytes.clone();
        later[7] = 70;
        t("define later", () -> loader.define("reflection.ClassNames$Loader", later));
        t("define null, later", () -> loader.define(null, later));
        byte[] magic = bytes.clone();
        magic[0] = 1;
        t("define magic", () -> loader.define("reflection.Some", magic));
        t("define null, magic", () -> loader.define(null, magic));
        t("lookup later", () -> MethodHandles.lookup().defineClass(later));
        t("define", () -> { try { return loader.define("reflection.ClassNames$Loader", bytes); } catch (LinkageError e) { return e.getMessage().replaceAll("@[0-9a-f]+", "@"); } });
        t("define again", () -> { try { return loader.define("reflection.ClassNames$Loader", bytes); } catch (LinkageError e) { return e.getMessage().replaceAll("@[0-9a-f]+", "@"); } });
        t("loaded", () -> loader.loaded("reflection.ClassNames$Loader") != null);
        t("null", () -> Class.forName(null));
        for (String d : new String[] {"", "()", "()V", "(", ")V", "()[V", "(V)V", "(I", "()L", "()L;", "()Ljava.lang.String;", "()Ljava/lang/String;", "()[Ljava/lang/String;", "(L[I;)V", "([L[I;)V", "()Lreflection/Missing;", "()[Lreflection/Missing;", "(Ljava/lang/String)V", "()VV", "(" + "I".repeat(255) + ")V", "(" + "I".repeat(256) + ")V", "(" + "J".repeat(128) + ")V", "()" + "[".repeat(255) + "I", "()" + "[".repeat(256) + "I"})
            t("descriptor " + d, () -> { MethodType m = MethodType.fromMethodDescriptorString(d, ClassNames.class.getClassLoader()); return m.parameterCount() + " " + m.returnType(); });
    }
}
