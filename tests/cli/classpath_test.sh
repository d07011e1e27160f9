#!/bin/bash
# A program's class path is there as files, whether the inputs still are or not: what scanners, class loaders, the
# compiler and java.nio.file find is what they find under java.
# classpath_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3
java=$(dirname "$javac")/java jar=$(dirname "$javac")/jar

mkdir -p in/c/p in/c/empty out
cat > in/Scan.java <<'JAVA'
import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*; import java.util.jar.*; import java.nio.channels.*; import java.nio.*;
import java.util.stream.*;
public class Scan {
  static String attempt(java.util.concurrent.Callable<Object> c) { try { return String.valueOf(c.call()); } catch (Throwable t) { String m = String.valueOf(t.getMessage()); return t.getClass().getName() + ": " + m.substring(m.lastIndexOf('/') + 1); } }
  public static void main(String[] a) throws Exception {
    for (String p : System.getProperty("java.class.path").split(File.pathSeparator)) {
      File f = new File(p); Path path = f.toPath();
      System.out.println(f.getName() + " " + f.exists() + f.isFile() + f.isDirectory() + f.canRead() + f.isAbsolute() + " " + (f.isFile() ? f.length() : 0) + " " + (f.lastModified()/1000 == Files.getLastModifiedTime(path).toMillis()/1000 && f.lastModified() > 0));
      System.out.println(f.getCanonicalFile().equals(f.getAbsoluteFile()) + " " + path.toRealPath().equals(path.toAbsolutePath()) + " " + Files.isSameFile(path, f.getCanonicalFile().toPath()) + Files.isReadable(path)+ Files.isDirectory(path));
      System.out.println(Arrays.asList(f.getAbsoluteFile().getParentFile().list()).contains(f.getName()));
      if (f.isDirectory()) {
        try (Stream<Path> s = Files.walk(path)) { System.out.println(s.map(q -> path.relativize(q).toString()).sorted().collect(Collectors.toList())); }
        String[] l = f.list(); Arrays.sort(l); System.out.println(Arrays.asList(l));
        try (DirectoryStream<Path> d = Files.newDirectoryStream(path, "*.class")) { List<String> n = new ArrayList<>(); for (Path q : d) n.add(q.getFileName() + ":" + Files.size(q)); Collections.sort(n); System.out.println(n); }
        System.out.println(attempt(() -> new FileInputStream(f)) + " " + attempt(() -> Files.readAllBytes(path)));
        try (URLClassLoader l2 = new URLClassLoader(new URL[]{f.toURI().toURL()}, null)) { System.out.println(l2.loadClass("Scan").getName() + " " + new String(l2.getResourceAsStream("p/r.txt").readAllBytes())); }
        Path r = path.resolve("p/r.txt");
        System.out.println(Files.readString(r) + Files.size(r));
        System.out.println(attempt(() -> r.getFileName() + " " + Files.probeContentType(r)));
        System.out.println(new String(f.toURI().toURL().openStream().readAllBytes()).contains("Scan.class"));
        Path copy = Files.createTempFile("x", "y"); Files.copy(r, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES); System.out.println(Files.readString(copy) + Files.getLastModifiedTime(copy).equals(Files.getLastModifiedTime(r))); Files.delete(copy);
      } else {
        try (JarFile j = new JarFile(f)) { System.out.println(j.size() + " " + j.getComment() + " " + j.getManifest().getMainAttributes().keySet()); for (JarEntry e : Collections.list(j.entries())) System.out.print(e.getName() + ":" + e.getSize() + ":" + e.getCompressedSize() + " "); System.out.println(); }
        try (RandomAccessFile r = new RandomAccessFile(f, "r")) { r.seek(r.length() - 22); System.out.println(Integer.toHexString(r.readInt()) + " " + r.getFilePointer()); System.out.println(attempt(() -> { r.setLength(5); return 1; }) + attempt(() -> { r.write(5); return 1; })); }
        try (FileInputStream in = new FileInputStream(f)) { System.out.println(in.available() + " " + in.skip(10) + " " + in.read() + " " + in.getChannel().position() + " " + in.getChannel().size()); in.getFD().sync(); }
        try (FileChannel c = FileChannel.open(path)) { ByteBuffer b = c.map(FileChannel.MapMode.READ_ONLY, 0, 4); System.out.println(Integer.toHexString(b.getInt())); ByteBuffer d = ByteBuffer.allocate(4); System.out.println(c.read(d, 2) + " " + c.position()); ByteArrayOutputStream o = new ByteArrayOutputStream(); System.out.println(c.transferTo(0, 100, Channels.newChannel(o)) + " " + o.size()); FileLock k = c.lock(0, Long.MAX_VALUE, true); k.release(); }
        try (FileSystem z = FileSystems.newFileSystem(path)) { try (Stream<Path> s = Files.walk(z.getPath("/"))) { System.out.println(s.map(Object::toString).sorted().collect(Collectors.toList())); } }
        try (URLClassLoader l2 = new URLClassLoader(new URL[]{f.toURI().toURL()}, null)) { System.out.println(l2.loadClass("Scan").getName() + " " + new String(l2.getResourceAsStream("p/r.txt").readAllBytes())); }
        System.out.println(Arrays.equals(Files.readAllBytes(path), new FileInputStream(f).readAllBytes()));
        for (String o : new String[]{f.getParent() + "/../in/" + f.getName(), f.getParent() + "/./" + f.getName(), "../in/" + f.getName()}) System.out.println(attempt(() -> { try (JarFile j = new JarFile(o); FileChannel c = FileChannel.open(Paths.get(o))) { return j.size() + " " + c.size() + " " + new FileInputStream(o).readAllBytes().length + " " + Files.isSameFile(path, Paths.get(o)); } }));
      }
    }
    ClassLoader l = Scan.class.getClassLoader();
    File location = new File(Scan.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    System.out.println(location.getName() + location.exists());
    for (String n : new String[]{"", ".", "p", "p/", "p/r.txt", "./p/r.txt", "p//r.txt", "p/../p/r.txt", "p/../../c/p/r.txt", "../m.jar", "META-INF/MANIFEST.MF"}) {
      List<URL> urls = Collections.list(l.getResources(n)); System.out.print(n + ": "); URL one = l.getResource(n); System.out.println((one == null ? "null" : one.toString().replaceAll(".*/(m.jar|c)", "$1")));
      for (URL u : urls) { URLConnection c = u.openConnection(); boolean dir = n.isEmpty() || n.equals(".") || n.endsWith("p") || n.endsWith("/"); System.out.print("  " + u.toString().replaceAll(".*/(m.jar|c)", "$1") + " " + (c.getLastModified() > 0) + " " + (dir ? 0 : c.getContentLength()) + " " + c.getContentType() + (c instanceof JarURLConnection j ? " " + j.getJarFile().size() + " " + j.getJarEntry() + " " + j.getManifest().getMainAttributes().size() : "")); if (u.getProtocol().equals("file")) System.out.print(" " + Files.exists(Paths.get(u.toURI()))); System.out.println(); }
    }
  }
}
JAVA
cat > in/Hold.java <<'JAVA'
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.jar.*;

/** Holds files of its class path open over a kill. Arguments: how long to wait for it, in ticks of 50 ms. */
public class Hold {
  public static void main(String[] args) throws Exception {
    String[] path = System.getProperty("java.class.path").split(":");
    JarFile jar = new JarFile(path[0]);
    RandomAccessFile random = new RandomAccessFile(path[0], "r");
    random.seek(7);
    FileInputStream in = new FileInputStream(path[1] + "/p/r.txt");
    in.read();
    DirectoryStream<Path> directory = Files.newDirectoryStream(Paths.get(path[1]));
    Iterator<Path> names = directory.iterator();
    names.next();
    System.out.println("open");
    while (!new File("go").exists()) Thread.sleep(50);
    System.out.println(new String(jar.getInputStream(jar.getEntry("p/r.txt")).readAllBytes()) + " " + jar.size() + " "
        + random.getFilePointer() + " " + (random.read() >= 0) + " " + (char) in.read() + in.read() + " "
        + names.hasNext());
  }
}
JAVA
cat > in/Change.java <<'JAVA'
import java.io.*;
import java.nio.file.*;
import java.util.concurrent.Callable;

/** Tries to change its class path. */
public class Change {
  static void attempt(String what, Callable<?> call) {
    try {
      System.out.println(what + ": " + call.call());
    } catch (Exception e) {
      String message = e.getMessage();
      System.out.println(what + ": " + e.getClass().getSimpleName() + " " + message.replaceAll("[^ ]*/", ""));
    }
  }

  public static void main(String[] args) throws Exception {
    for (String word : System.getProperty("java.class.path").split(":")) {
      File file = new File(word);
      if (file.isDirectory()) file = new File(file, "p/r.txt");
      File it = file;
      Path path = file.toPath();
      System.out.println(it.getName() + " " + it.canWrite() + " " + it.canExecute() + " " + Files.isWritable(path));
      attempt("write", () -> new RandomAccessFile(it, "rw"));
      attempt("append", () -> new FileOutputStream(it, true));
      attempt("delete", () -> it.delete());
      attempt("createNewFile", () -> it.createNewFile());
      attempt("rename", () -> it.renameTo(new File("elsewhere")));
      attempt("setLastModified", () -> it.setLastModified(0));
      attempt("setReadOnly", () -> it.setReadOnly());
      attempt("Files.delete", () -> { Files.delete(path); return "deleted"; });
      attempt("Files.move", () -> Files.move(path, Paths.get("elsewhere")));
      attempt("Files.newOutputStream", () -> Files.newOutputStream(path));
      attempt("mkdir", () -> new File(it.getParentFile(), "new").mkdir());
    }
  }
}
JAVA
cat > in/Compile.java <<'JAVA'
import java.io.*;
import javax.tools.ToolProvider;

public class Compile {
  public static void main(String[] args) throws Exception {
    try (Writer w = new FileWriter("U.java")) { w.write("class U { Compile ofTheClassPath; }"); }
    System.out.println(ToolProvider.getSystemJavaCompiler().run(null, System.out, System.out, "-proc:none", "-d", ".", "U.java"));
  }
}
JAVA
printf hi > in/c/p/r.txt
"$javac" -d in/c in/*.java || exit 1
"$jar" cfM in/m.jar -C in/c . || exit 1
"$jar" uf in/m.jar -C in/c p 2> /dev/null
printf 'Manifest-Version: 1.0\nX: y\n' > manifest
"$jar" ufm in/m.jar manifest || exit 1
(cd out && "$java" -cp "$work/in/m.jar:$work/in/c" Scan > ../expected 2>&1)
for main in Scan Hold Change Compile; do
  "$uvmc" -o $main.bc --main $main in/m.jar in/c || exit 1
done

# compare WHEN: what uvm says of the class path beside what java says of it.
compare() {
  (cd out && "$uvm" ../Scan.bc > ../actual 2> ../messages) || fail "$1: $(cat messages)"
  diff expected actual || fail "$1: not as java has it"
}
"$uvm" Scan.bc > /dev/null 2>&1  # the base image is made
compare 'the inputs are there'

# Killed with the inputs present or removed, and resumed without them.
rm -f output messages
"$uvm" --checkpoint-every 100ms Hold.bc > output 2> messages &
running=$!
wait_for_lines 1
sleep 0.5
kill -9 $running
wait $running 2> /dev/null
mv in gone
touch go
"$uvm" Hold.bc >> output 2> messages
grep -q 'resuming the interrupted run' messages || fail "it did not go on: $(cat messages)"
grep -qE '^hi [0-9]+ 7 true i-1 true$' output || fail "open files were lost: $(cat output messages)"

compare 'the inputs are gone'
(cd out && expect 0 '^0$' "$uvm" ../Compile.bc)
[ -f out/U.class ] || fail 'nothing was compiled'
(cd out && "$uvm" ../Change.bc) > changes 2>&1
cat > wanted <<'TEXT'
m.jar false false false
write: FileNotFoundException m.jar (Read-only file system)
append: FileNotFoundException m.jar (Read-only file system)
delete: false
createNewFile: false
rename: false
setLastModified: false
setReadOnly: false
Files.delete: FileSystemException m.jar: Read-only file system
Files.move: FileSystemException m.jar -> elsewhere: Read-only file system
Files.newOutputStream: FileSystemException m.jar: Read-only file system
mkdir: false
r.txt false false false
write: FileNotFoundException r.txt (Read-only file system)
append: FileNotFoundException r.txt (Read-only file system)
delete: false
createNewFile: false
rename: false
setLastModified: false
setReadOnly: false
Files.delete: FileSystemException r.txt: Read-only file system
Files.move: FileSystemException r.txt -> elsewhere: Read-only file system
Files.newOutputStream: FileSystemException r.txt: Read-only file system
mkdir: false
TEXT
diff wanted changes || fail 'the class path can be changed'

# In a folder that the host has, its files come first: the program may write there.
mkdir -p in/c/p
printf other > in/c/p/r.txt
(cd out && "$uvm" ../Change.bc) > changes 2>&1
grep -q '^r.txt true' changes || fail "a file of the host is not the host's: $(cat changes)"

finish 'the class path is there as files'
