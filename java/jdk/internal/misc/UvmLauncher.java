package jdk.internal.misc;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import jdk.internal.loader.BundleLoader;
import jdk.internal.module.ModuleBootstrap;
import jdk.internal.module.Modules;
import jdk.internal.util.StaticProperty;
import jdk.internal.util.SystemProps;
import jdk.internal.util.random.RandomSupport;
import sun.launcher.LauncherHelper;
import sun.nio.fs.DefaultFileSystemProvider;

/**
 * Starts a program in a VM that was booted earlier, by another process: what the class library learned about that
 * process is learned again here.
 *
 * The VM calls {@link #sealImage} once at the end of booting, before the heap is kept as the base image, and
 * {@link #prepare} on the main thread of every program started from it. It then calls main(String[]) of the class that
 * prepare() returned by itself, so that no frame of this class is below the program's.
 */
public final class UvmLauncher {
    private static final Unsafe U = Unsafe.getUnsafe();

    /**
     * Classes whose static state is of a process and cannot be made anew: they must not be initialised in the base
     * image. None of them is needed for booting.
     */
    private static final String[] NOT_IN_IMAGE = {
        "java.lang.ProcessEnvironment",               // the environment
        "java.lang.ProcessHandleImpl",                // the process id
        "java.util.concurrent.ForkJoinPool",          // size of the common pool
        "java.util.concurrent.CompletableFuture",     // whether the common pool has more than one thread
        "java.lang.Math$RandomNumberGeneratorHolder", // seeds, from here on
        "java.util.UUID$Holder",
        "java.io.File$TempDirectory",
        "java.nio.file.TempFileHelper",
        "sun.security.provider.NativePRNG",
        "sun.security.provider.SeedGenerator",
    };

    /** When the program was started, in the times of System.currentTimeMillis and nanoTime; the VM reads them. */
    private static long startMillis;
    private static long startNanos;

    private static final int LM_CLASS = 1;  // LauncherHelper's mode for "a class by name"

    private UvmLauncher() {}

    /**
     * Checks that the booted heap can be a base image, and prepares what every program would otherwise do again.
     *
     * @throws InternalError if it cannot
     */
    static void sealImage() throws ReflectiveOperationException {
        for (String name : NOT_IN_IMAGE) {
            Class<?> type = Class.forName(Object.class.getModule(), name);  // null if this update has no such class
            if (type != null && !U.shouldBeInitialized(type)) {
                throw new InternalError(name + " must not be initialised in the base image");
            }
        }
        U.ensureClassInitialized(State.class);
        U.ensureClassInitialized(BundleLoader.class);
        U.ensureClassInitialized(LauncherHelper.class);
    }

    /** Makes the heap this process's, and loads the main class. Prints what java prints and exits if it cannot. */
    static Class<?> prepare() throws ReflectiveOperationException {
        Properties properties = System.getProperties();
        String oldOut = encoding("sun.stdout.encoding");
        String oldErr = encoding("sun.stderr.encoding");
        String oldCharset = properties.getProperty("file.encoding");
        String oldLocale = locale(properties);
        String mainClass = mainClassName();
        startMillis = System.currentTimeMillis();
        startNanos = System.nanoTime();

        renewProperties(properties, mainClass);
        renewFileSystems(properties);
        if (!Objects.equals(oldCharset, properties.getProperty("file.encoding"))) State.DEFAULT_CHARSET.set(null);
        renewStreams(oldOut, oldErr);
        if (!oldLocale.equals(locale(properties))) renewLocale();
        State.TIME_ZONE.set(null);  // found when asked for
        renewSeeds();
        // Only ever a hint for spinning and striping, so other classes keep the number that they saw at boot.
        if (State.CHM_NCPU != null) State.CHM_NCPU.setInt(Runtime.getRuntime().availableProcessors());

        renewThreadIds();

        BundleLoader.install();
        changeModules();
        openModules();
        refuseAgent();
        return LauncherHelper.checkAndLoadMain(true, LM_CLASS, mainClass);
    }

    /**
     * Asks the VM for all properties again, as System.initPhase1 did, and puts them into the objects that hold them:
     * the saved properties, the system properties, and StaticProperty.
     */
    private static void renewProperties(Properties properties, String mainClass) throws ReflectiveOperationException {
        Map<String, String> fresh = SystemProps.initProperties();
        StringBuilder command = new StringBuilder(mainClass);
        for (String argument : programArguments()) command.append(' ').append(argument);
        fresh.put("sun.java.command", command.toString());
        String[] pairs = programProperties();
        for (int i = 0; i < pairs.length; i += 2) fresh.put(pairs[i], pairs[i + 1]);

        @SuppressWarnings("unchecked")
        Map<String, String> saved = (Map<String, String>) State.SAVED_PROPERTIES.get();
        // Some, as those of the locale and the time zone, are there only if the process has them.
        for (Object key : properties.keySet().toArray()) {
            if (key instanceof String name && name.startsWith("user.") && !fresh.containsKey(name)) {
                saved.remove(name);
                properties.remove(name);
            }
        }
        saved.putAll(fresh);
        for (Map.Entry<String, String> entry : fresh.entrySet()) {
            if (!isInternal(entry.getKey())) properties.put(entry.getKey(), entry.getValue());
        }

        State.USER_HOME.set(properties.getProperty("user.home"));
        State.USER_DIR.set(properties.getProperty("user.dir"));
        State.USER_NAME.set(properties.getProperty("user.name"));
        State.JAVA_IO_TMPDIR.set(properties.getProperty("java.io.tmpdir"));
        State.JAVA_LIBRARY_PATH.set(properties.getProperty("java.library.path", ""));
        State.NATIVE_ENCODING.set(properties.getProperty("native.encoding"));
        State.SERIAL_FILTER.set(properties.getProperty("jdk.serialFilter"));
        State.SERIAL_FILTER_FACTORY.set(properties.getProperty("jdk.serialFilterFactory"));

        String direct = fresh.get("sun.nio.MaxDirectMemorySize");
        long limit = direct == null || direct.isEmpty() ? -1 : Long.parseLong(direct);
        State.DIRECT_MEMORY.setLong(limit < 0 ? Runtime.getRuntime().maxMemory() : limit);
    }

    /** Whether a property is kept from programs (System.createProperties). */
    private static boolean isInternal(String name) {
        return name.equals("sun.nio.MaxDirectMemorySize")
                || name.equals("sun.nio.PageAlignDirectMemory")
                || name.equals("java.lang.Integer.IntegerCache.high")
                || name.equals("sun.java.launcher.diag")
                || name.equals("jdk.boot.class.path.append");
    }

    /**
     * Threads of the program get the ids that java would give them: there, threads of the virtual machine come before
     * (the reference handler, the finalizer, compilers and the like; how many compile depends on the processors).
     */
    private static void renewThreadIds() {
        int log = 31 - Integer.numberOfLeadingZeros(Runtime.getRuntime().availableProcessors());
        int logLog = 31 - Integer.numberOfLeadingZeros(Math.max(log, 1));
        int compilers = Math.max(log * logLog * 3 / 2, 2);
        if (State.LAST_THREAD_ID != null) State.LAST_THREAD_ID.setLong(9 + compilers);
    }

    /** Both file systems keep user.dir, which resolves relative paths; the newer one keeps the encoding of names. */
    private static void renewFileSystems(Properties properties) {
        String directory = properties.getProperty("user.dir");
        U.putReference(State.FILE_SYSTEM, State.FILE_SYSTEM_USER_DIR, directory);
        if (State.JNU_ENCODING.get() != null) {
            State.JNU_ENCODING.set(Charset.forName(properties.getProperty("sun.jnu.encoding")));
        }
        if (State.NIO_FILE_SYSTEM != null) {
            byte[] bytes = directory.getBytes((Charset) State.JNU_ENCODING.get());
            U.putReference(State.NIO_FILE_SYSTEM, State.NIO_DIRECTORY, bytes);
            // Relative paths are then never left to the working directory of the process, another one after a resume.
            U.putBoolean(State.NIO_FILE_SYSTEM, State.NIO_RESOLVE, true);
        }
    }

    private static String encoding(String property) {
        return System.getProperty(property, System.getProperty("file.encoding"));
    }

    /** The streams of the image are as good as new ones unless they encode differently. */
    private static void renewStreams(String oldOut, String oldErr) {
        String out = encoding("sun.stdout.encoding");
        if (!out.equals(oldOut)) System.setOut(stream(FileDescriptor.out, out));
        String err = encoding("sun.stderr.encoding");
        if (!err.equals(oldErr)) {
            System.setErr(stream(FileDescriptor.err, err));
            State.INITIAL_ERR.set(System.err);
        }
    }

    private static PrintStream stream(FileDescriptor descriptor, String encoding) {
        // 128 as in System.newPrintStream: how output is cut into writes can be seen from outside.
        BufferedOutputStream buffer = new BufferedOutputStream(new FileOutputStream(descriptor), 128);
        try {
            return new PrintStream(buffer, true, encoding);
        } catch (UnsupportedEncodingException e) {
            return new PrintStream(buffer, true);  // as there
        }
    }

    private static String locale(Properties properties) {
        StringBuilder all = new StringBuilder();
        for (String part : new String[] {"language", "script", "country", "variant", "extensions"}) {
            for (String of : new String[] {"", ".display", ".format"}) {
                all.append(properties.getProperty("user." + part + of)).append(' ');
            }
        }
        return all.toString();
    }

    private static void renewLocale() throws ReflectiveOperationException {
        Method initDefault = Locale.class.getDeclaredMethod("initDefault");
        initDefault.setAccessible(true);
        State.DEFAULT_LOCALE.set(initDefault.invoke(null));
        State.DISPLAY_LOCALE.set(null);  // these two are found when asked for
        State.FORMAT_LOCALE.set(null);
    }

    /** Generators seeded in the image would give every program the same numbers. */
    private static void renewSeeds() {
        reseed((AtomicLong) State.THREAD_LOCAL_SEEDER.get());
        reseed((AtomicLong) State.SPLITTABLE_SEEDER.get());
        // 0 says that the thread has no generator yet.
        Thread thread = Thread.currentThread();
        U.putInt(thread, State.THREAD_PROBE, 0);
        U.putInt(thread, State.THREAD_SECONDARY_SEED, 0);
    }

    /** Null is the seeder of a class that is not initialised. */
    private static void reseed(AtomicLong seeder) {
        if (seeder != null) seeder.set(RandomSupport.initialSeed());
    }

    /** What --add-opens and the like ask for, done by the code that does it when the class library boots. */
    private static void changeModules() throws ReflectiveOperationException {
        String[] pairs = moduleProperties();
        if (pairs.length == 0) return;
        for (int i = 0; i < pairs.length; i += 2) System.setProperty(pairs[i], pairs[i + 1]);
        for (String step : new String[] {"addExtraReads", "addExtraExportsAndOpens", "addEnableNativeAccess"}) {
            Method method = ModuleBootstrap.class.getDeclaredMethod(step, ModuleLayer.class);
            method.setAccessible(true);
            try {
                method.invoke(null, ModuleLayer.boot());
            } catch (InvocationTargetException e) {
                // Where java says it.
                System.out.println("Error occurred during initialization of boot layer");
                System.out.println(e.getCause());
                System.exit(1);
            }
        }
    }

    /** Java would start the agent before the program, and the program may count on it. */
    private static void refuseAgent() {
        String manifest = BundleLoader.mainManifest();
        if (manifest == null || attribute(manifest, "Launcher-Agent-Class") == null) return;
        System.err.println("uvm: the jar's manifest has a Launcher-Agent-Class; agents are not supported");
        System.exit(1);
    }

    /** Add-Exports and Add-Opens of the manifest, as java -jar honours them. */
    private static void openModules() {
        String manifest = BundleLoader.mainManifest();
        if (manifest == null || !manifest.contains("Add-")) return;  // most have none, and need no parsing
        openModules(attribute(manifest, "Add-Exports"), false);
        openModules(attribute(manifest, "Add-Opens"), true);
    }

    private static void openModules(String packages, boolean open) {
        if (packages == null) return;
        for (String word : packages.trim().split("\\s+")) {
            int slash = word.indexOf('/');
            if (slash <= 0 || slash == word.length() - 1) continue;
            Optional<Module> module = ModuleLayer.boot().findModule(word.substring(0, slash));
            String name = word.substring(slash + 1);
            if (module.isEmpty() || !module.get().getPackages().contains(name)) continue;
            if (open) {
                Modules.addOpensToAllUnnamed(module.get(), name);
            } else {
                Modules.addExportsToAllUnnamed(module.get(), name);
            }
        }
    }

    /** A main attribute of a manifest; null if it has none. */
    static String attribute(String manifest, String name) {
        String value = null;
        for (String line : manifest.split("\r\n|\n|\r")) {
            if (line.isEmpty()) break;  // the end of the main section
            if (value != null) {
                if (line.charAt(0) != ' ') break;
                value += line.substring(1);
            } else if (line.regionMatches(true, 0, name + ": ", 0, name.length() + 2)) {
                value = line.substring(name.length() + 2);
            }
        }
        return value;
    }

    /** A static field that the language would not let us write. */
    private static final class StaticField {
        private final Object base;
        private final long offset;

        StaticField(Field field) {
            base = U.staticFieldBase(field);
            offset = U.staticFieldOffset(field);
        }

        Object get() {
            return U.getReferenceVolatile(base, offset);
        }

        void set(Object value) {
            U.putReferenceVolatile(base, offset, value);
        }

        void setInt(int value) {
            U.putIntVolatile(base, offset, value);
        }

        void setLong(long value) {
            U.putLongVolatile(base, offset, value);
        }
    }

    /** The state of the class library that is of a process; found once, when the image is made. */
    private static final class State {
        static final StaticField SAVED_PROPERTIES = field(VM.class, "savedProps");
        static final StaticField DIRECT_MEMORY = field(VM.class, "directMemory");
        static final StaticField USER_HOME = field(StaticProperty.class, "USER_HOME");
        static final StaticField USER_DIR = field(StaticProperty.class, "USER_DIR");
        static final StaticField USER_NAME = field(StaticProperty.class, "USER_NAME");
        static final StaticField JAVA_IO_TMPDIR = field(StaticProperty.class, "JAVA_IO_TMPDIR");
        static final StaticField JAVA_LIBRARY_PATH = field(StaticProperty.class, "JAVA_LIBRARY_PATH");
        static final StaticField NATIVE_ENCODING = field(StaticProperty.class, "NATIVE_ENCODING");
        static final StaticField SERIAL_FILTER = field(StaticProperty.class, "JDK_SERIAL_FILTER");
        static final StaticField SERIAL_FILTER_FACTORY =
                field(StaticProperty.class, "JDK_SERIAL_FILTER_FACTORY");
        static final StaticField LAST_THREAD_ID = hint(Thread.class, "threadSeqNumber");
        static final StaticField INITIAL_ERR = field(System.class, "initialErrStream");
        static final StaticField DEFAULT_CHARSET = field(Charset.class, "defaultCharset");
        static final StaticField DEFAULT_LOCALE = field(Locale.class, "defaultLocale");
        static final StaticField DISPLAY_LOCALE = field(Locale.class, "defaultDisplayLocale");
        static final StaticField FORMAT_LOCALE = field(Locale.class, "defaultFormatLocale");
        static final StaticField CHM_NCPU = hint(ConcurrentHashMap.class, "NCPU");
        // Fields of classes that may not be initialised read as null, and writing null to them does nothing.
        static final StaticField TIME_ZONE = field(TimeZone.class, "defaultTimeZone");
        static final StaticField THREAD_LOCAL_SEEDER = field(ThreadLocalRandom.class, "seeder");
        static final StaticField SPLITTABLE_SEEDER = field(SplittableRandom.class, "defaultGen");
        static final long THREAD_PROBE = U.objectFieldOffset(Thread.class, "threadLocalRandomProbe");
        static final long THREAD_SECONDARY_SEED = U.objectFieldOffset(Thread.class, "threadLocalRandomSecondarySeed");
        static final Object FILE_SYSTEM = field(java.io.File.class, "fs").get();
        static final long FILE_SYSTEM_USER_DIR = U.objectFieldOffset(FILE_SYSTEM.getClass(), "userDir");

        static final StaticField JNU_ENCODING = field(type("sun.nio.fs.Util"), "jnuEncoding");
        static final Object NIO_FILE_SYSTEM = nioFileSystem();
        static final long NIO_DIRECTORY = U.objectFieldOffset(type("sun.nio.fs.UnixFileSystem"), "defaultDirectory");
        static final long NIO_RESOLVE =
                U.objectFieldOffset(type("sun.nio.fs.UnixFileSystem"), "needToResolveAgainstDefaultDirectory");

        private static StaticField field(Class<?> type, String name) {
            try {
                return new StaticField(type.getDeclaredField(name));
            } catch (NoSuchFieldException e) {
                throw unknown(type.getName() + "." + name, e);
            }
        }

        /** A field that is only set for speed or likeness: null if this update of the class library has none. */
        private static StaticField hint(Class<?> type, String name) {
            try {
                return new StaticField(type.getDeclaredField(name));
            } catch (NoSuchFieldException e) {
                return null;
            }
        }

        private static InternalError unknown(String what, Exception cause) {
            return new InternalError("this class library has no " + what + ", which this uvm needs", cause);
        }

        private static Class<?> type(String name) {
            try {
                return Class.forName(name, false, null);
            } catch (ClassNotFoundException e) {
                throw unknown(name, e);
            }
        }

        /** The file system of java.nio.file, or null if nothing has used it; then it will see the new properties. */
        private static Object nioFileSystem() {
            if (U.shouldBeInitialized(DefaultFileSystemProvider.class)) return null;
            return DefaultFileSystemProvider.theFileSystem();
        }
    }

    static native String[] programProperties();

    static native String[] moduleProperties();

    static native String[] programArguments();

    static native String mainClassName();
}
