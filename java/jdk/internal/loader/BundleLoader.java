package jdk.internal.loader;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.Manifest;
import sun.net.www.ParseUtil;

/**
 * The class path of a program that came in a bundle: the application class loader's URLClassPath, which looks into the
 * bundle first and then at what was added to it while running. The bundle's bytes are in the heap of the VM; everything
 * about them comes from the natives below, whose contracts are in java/README.md.
 *
 * URLs and code sources are those that the original jars and folders would give, so that programs print the same and
 * find files that were left beside them; reading such a URL reads the bundle.
 */
public final class BundleLoader extends URLClassPath {
    /** What the URLs, code sources and packages of one input need; made when first asked for. */
    private static final class Origin {
        final int number;
        final boolean jar;
        final URL codeSource;
        final String prefix;  // what the external form of its resources' URLs starts with
        final BundleHandler handler;
        private Manifest manifest;
        private boolean manifestRead;

        Origin(int number) {
            this.number = number;
            String path = originPath(number);
            jar = originIsJar(number);
            String url = "file:" + ParseUtil.encodePath(path, false);
            if (!jar && !url.endsWith("/")) url += "/";
            prefix = jar ? "jar:" + url + "!/" : url;
            handler = new BundleHandler(number, prefix, jar);
            try {
                codeSource = new URL(url);
            } catch (MalformedURLException e) {
                throw new InternalError(url, e);
            }
        }

        synchronized Manifest manifest() throws IOException {
            if (!manifestRead) {
                byte[] bytes = BundleLoader.manifest(number);
                if (bytes != null) manifest = new Manifest(new ByteArrayInputStream(bytes));
                manifestRead = true;
            }
            return manifest;
        }

        URL url(String name) {
            try {
                return new URL(null, prefix + ParseUtil.encodePath(name, false), handler);
            } catch (MalformedURLException e) {
                return null;  // the name cannot be part of a URL: such a resource is not found, as in a jar
            }
        }
    }

    private static final class BundleResource extends Resource {
        private final int entry;
        private final String name;
        private final Origin origin;

        BundleResource(int entry, String name, Origin origin) {
            this.entry = entry;
            this.name = name;
            this.origin = origin;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public URL getURL() {
            return origin.url(name);
        }

        @Override
        public URL getCodeSourceURL() {
            return origin.codeSource;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(read(entry));
        }

        @Override
        public int getContentLength() {
            return (int) size(entry);
        }

        @Override
        public byte[] getBytes() {
            return read(entry);
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return null;  // says: ask getBytes()
        }

        @Override
        public Manifest getManifest() throws IOException {
            return origin.manifest();
        }
    }

    private final ArrayList<Origin> origins = new ArrayList<>();

    private BundleLoader() {
        super(new URL[0], null);
    }

    /** Makes the bundle the class path of the application class loader. */
    public static void install() {
        ((BuiltinClassLoader) ClassLoaders.appClassLoader()).setClassPath(new BundleLoader());
    }

    /**
     * The manifest, as text, of the input that the main class would be started from by {@code java -jar}: the first
     * one, if it is a jar. Null if there is none.
     */
    public static String mainManifest() {
        byte[] bytes = manifest(0);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Whether a name means the root of a folder, as java.io.File takes it. */
    private static boolean isRoot(String name) {
        return name.isEmpty() || name.equals(".");
    }

    /** The URLs of the roots of the class path's folders. */
    private List<URL> roots() {
        List<URL> urls = new ArrayList<>();
        int count = originCount();
        for (int i = 0; i < count; i++) {
            if (!originIsJar(i)) urls.add(originNumber(i).codeSource);
        }
        return urls;
    }

    /** The first entry of that name, of a folder too if named without its slash; -1 if there is none. */
    static int findEntry(String name) {
        int entry = find(name);
        if (entry < 0 && !name.isEmpty() && !name.endsWith(".class") && !name.endsWith("/")) entry = find(name + "/");
        return entry;
    }

    private Origin originOf(int entry) {
        return originNumber(origin(entry));
    }

    private synchronized Origin originNumber(int number) {
        while (origins.size() <= number) origins.add(null);
        Origin origin = origins.get(number);
        if (origin == null) {
            origin = new Origin(number);
            origins.set(number, origin);
        }
        return origin;
    }

    @Override
    public Resource getResource(String name, boolean check) {
        int entry = findEntry(name);
        if (entry < 0) return super.getResource(name, check);
        return new BundleResource(entry, name, originOf(entry));
    }

    @Override
    public URL findResource(String name, boolean check) {
        int entry = findEntry(name);
        URL url = null;
        if (entry >= 0) {
            url = originOf(entry).url(name);
        } else if (isRoot(name)) {
            List<URL> roots = roots();
            if (!roots.isEmpty()) url = roots.get(0);
        }
        return url != null ? url : super.findResource(name, check);
    }

    @Override
    public Enumeration<URL> findResources(String name, boolean check) {
        if (isRoot(name)) return both(roots(), super.findResources(name, check));
        int entry = findEntry(name);
        if (entry < 0) return super.findResources(name, check);
        List<URL> urls = new ArrayList<>();
        for (; entry >= 0; entry = next(entry)) {
            URL url = originOf(entry).url(name);
            if (url != null) urls.add(url);
        }
        return both(urls, super.findResources(name, check));
    }

    @Override
    public Enumeration<Resource> getResources(String name, boolean check) {
        int entry = findEntry(name);
        if (entry < 0) return super.getResources(name, check);
        List<Resource> resources = new ArrayList<>();
        for (; entry >= 0; entry = next(entry)) resources.add(new BundleResource(entry, name, originOf(entry)));
        return both(resources, super.getResources(name, check));
    }

    private static <T> Enumeration<T> both(List<T> first, Enumeration<T> then) {
        while (then.hasMoreElements()) first.add(then.nextElement());
        return Collections.enumeration(first);
    }

    static native int find(String name);

    static native int next(int entry);

    static native int origin(int entry);

    static native long size(int entry);

    static native long modified(int entry);

    static native byte[] read(int entry);

    static native int originCount();

    static native String originPath(int origin);

    static native boolean originIsJar(int origin);

    static native byte[] manifest(int origin);
}
