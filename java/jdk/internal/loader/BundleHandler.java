package jdk.internal.loader;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import sun.net.www.ParseUtil;

/**
 * Opens the URLs of one input of the bundle. It travels inside them, so URLs made relative to one of them come here too.
 * What the bundle does not have is looked for where the URL says it is.
 */
final class BundleHandler extends URLStreamHandler {
    private final int origin;
    private final String prefix;
    private final boolean jar;

    BundleHandler(int origin, String prefix, boolean jar) {
        this.origin = origin;
        this.prefix = prefix;
        this.jar = jar;
    }

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
        String external = url.toExternalForm();
        int fragment = external.indexOf('#');
        if (fragment >= 0) external = external.substring(0, fragment);
        if (external.startsWith(prefix)) {
            String name = ParseUtil.decode(external.substring(prefix.length()));
            int entry = BundleLoader.findEntry(name);
            while (entry >= 0 && BundleLoader.origin(entry) != origin) entry = BundleLoader.next(entry);
            if (entry >= 0 && jar) return new InJar(url, entry, new URL(external));
            if (entry >= 0 && !isDirectory(name)) return new InFolder(url, entry);
        }
        return new URL(external).openConnection();
    }

    /** Whether what findEntry finds by a name is a directory: their names end with a slash, which a URL may leave out. */
    private static boolean isDirectory(String name) {
        return name.endsWith("/") || BundleLoader.find(name) < 0;
    }

    private static final class InFolder extends URLConnection {
        private final int entry;

        InFolder(URL url, int entry) {
            super(url);
            this.entry = entry;
        }

        @Override
        public void connect() {
            connected = true;
        }

        @Override
        public InputStream getInputStream() {
            connected = true;
            return new ByteArrayInputStream(BundleLoader.read(entry));
        }

        @Override
        public long getContentLengthLong() {
            return BundleLoader.size(entry);
        }

        @Override
        public int getContentLength() {
            return (int) BundleLoader.size(entry);
        }

        @Override
        public long getLastModified() {
            return BundleLoader.modified(entry);
        }

        @Override
        public String getContentType() {
            return guessContentTypeFromName(getURL().getPath());
        }
    }

    /** A JarURLConnection, as programs expect of jar: URLs. The JarFile is the one of the same URL without this handler. */
    private static final class InJar extends JarURLConnection {
        private final int entry;
        private final URL plain;

        InJar(URL url, int entry, URL plain) throws IOException {
            super(url);
            this.entry = entry;
            this.plain = plain;
        }

        @Override
        public void connect() {
            connected = true;
        }

        @Override
        public JarFile getJarFile() throws IOException {
            JarURLConnection connection = (JarURLConnection) plain.openConnection();
            connection.setUseCaches(getUseCaches());
            return connection.getJarFile();
        }

        @Override
        public Manifest getManifest() throws IOException {
            byte[] bytes = BundleLoader.manifest(BundleLoader.origin(entry));
            return bytes == null ? null : new Manifest(new ByteArrayInputStream(bytes));
        }

        @Override
        public InputStream getInputStream() {
            connected = true;
            return new ByteArrayInputStream(BundleLoader.read(entry));
        }

        @Override
        public long getContentLengthLong() {
            return BundleLoader.size(entry);
        }

        @Override
        public int getContentLength() {
            return (int) BundleLoader.size(entry);
        }

        /** Of the jar, as java has it. */
        @Override
        public long getLastModified() {
            return new File(ParseUtil.decode(getJarFileURL().getPath())).lastModified();
        }

        @Override
        public String getContentType() {
            String type = guessContentTypeFromName(getEntryName());
            return type != null ? type : "content/unknown";
        }
    }
}
