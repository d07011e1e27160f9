package jdk.internal.misc;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.util.Locale;
import java.util.TimeZone;
import sun.nio.fs.DefaultFileSystemProvider;

/**
 * Runs a bundle on an ordinary JVM, with uvm's classes patched into java.base and their natives from a JNI library: a
 * test of those classes alone. Arguments: library, bundle, then the program's.
 */
public final class UvmLauncherDriver {
    private UvmLauncherDriver() {}

    public static void main(String[] args) throws Throwable {
        System.load(args[0]);
        String[] rest = new String[args.length - 2];
        System.arraycopy(args, 2, rest, 0, rest.length);
        setUp(args[1], rest);
        becomeAnotherProcess();
        UvmLauncher.sealImage();
        Class<?> main = UvmLauncher.prepare();
        try {
            main.getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Puts the class library into the state that it would have in an image booted elsewhere, by somebody else. */
    private static void becomeAnotherProcess() throws Exception {
        System.setProperty("user.dir", "/elsewhere");
        System.setProperty("user.language", "de");
        System.setProperty("user.country", "DE");
        System.setProperty("user.variant", "stale");
        System.setProperty("file.encoding", "UTF-16");
        Locale.setDefault(Locale.GERMANY);
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
        put(Charset.class, null, "defaultCharset", StandardCharsets.UTF_16);
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_16));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_16));
        Field files = File.class.getDeclaredField("fs");
        files.setAccessible(true);
        put(files.get(null).getClass(), files.get(null), "userDir", "/elsewhere");
        FileSystem paths = DefaultFileSystemProvider.theFileSystem();
        put(paths.getClass().getSuperclass(), paths, "defaultDirectory", "/elsewhere".getBytes());
    }

    private static void put(Class<?> type, Object object, String name, Object value) throws NoSuchFieldException {
        Unsafe unsafe = Unsafe.getUnsafe();
        if (object != null) {
            unsafe.putReference(object, unsafe.objectFieldOffset(type, name), value);
        } else {
            Field field = type.getDeclaredField(name);
            unsafe.putReference(unsafe.staticFieldBase(field), unsafe.staticFieldOffset(field), value);
        }
    }

    private static native void setUp(String bundle, String[] programArguments);
}
