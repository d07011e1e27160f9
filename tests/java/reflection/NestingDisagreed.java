package reflection;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

// What Class tells of member, local and anonymous classes when the InnerClasses or EnclosingMethod attribute of one side is
// missing, or names something else: each is defined anew from bytes in which such names were changed.
public class NestingDisagreed {
  static class Outer {
    class Member {}

    static class StaticMember {}

    static Class<?> inMethod(int n) {
      class Local {}
      return Local.class;
    }

    static final Object ANONYMOUS = new Object() {};

    final Object inConstructor;

    Outer() {
      inConstructor = new Object() {};
    }
  }

  static class Other {}

  static final String NAME = "reflection.NestingDisagreed$Outer";
  static final String INTERNAL = "reflection/NestingDisagreed$Outer";
  static final String[] INNER = {"$Member", "$StaticMember", "$1Local", "$1", "$2"};

  interface Change {
    byte[] apply(byte[] bytes);
  }

  static byte[] bytesOf(String name) throws Exception {
    try (InputStream in = NestingDisagreed.class.getResourceAsStream('/' + name.replace('.', '/') + ".class")) {
      return in.readAllBytes();
    }
  }

  // Of the same length, so that nothing else changes.
  static byte[] renamed(byte[] bytes, String from, String to) {
    byte[] old = utf8(from);
    byte[] put = utf8(to);
    byte[] result = bytes.clone();
    for (int at = 0; at + old.length <= bytes.length; at++) {
      int i = 0;
      while (i < old.length && bytes[at + i] == old[i]) i++;
      if (i == old.length) System.arraycopy(put, 0, result, at, put.length);
    }
    return result;
  }

  // CONSTANT_Utf8 with its tag and length.
  static byte[] utf8(String text) {
    byte[] chars = text.getBytes(StandardCharsets.US_ASCII);
    byte[] entry = new byte[chars.length + 3];
    entry[0] = 1;
    entry[1] = (byte) (chars.length >> 8);
    entry[2] = (byte) chars.length;
    System.arraycopy(chars, 0, entry, 3, chars.length);
    return entry;
  }

  static class Loader extends ClassLoader {
    final Map<String, Change> changes;

    Loader(Map<String, Change> changes) {
      super(NestingDisagreed.class.getClassLoader());
      this.changes = changes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("reflection.NestingDisagreed$O")) return super.loadClass(name, resolve);
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) return loaded;
        try {
          byte[] bytes = bytesOf(name);
          Change change = changes.get(name);
          if (change != null) bytes = change.apply(bytes);
          return defineClass(name, bytes, 0, bytes.length);
        } catch (Exception e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }
  }

  static void tell(String what, Callable<?> call) {
    String text;
    try {
      Object value = call.call();
      text = value instanceof Object[] ? sorted((Object[]) value) : String.valueOf(value);
    } catch (Throwable e) {
      text = e.getClass().getName() + ": " + e.getMessage();
    }
    System.out.println("    " + what + " " + text);
  }

  static String sorted(Object[] values) {
    TreeMap<String, Boolean> names = new TreeMap<>();
    for (Object value : values) names.put(String.valueOf(value), true);
    return names.keySet().toString();
  }

  static void look(String title, Map<String, Change> changes) throws Exception {
    System.out.println(title);
    Loader loader = new Loader(changes);
    for (String inner : INNER) {
      System.out.println("  " + inner);
      Class<?> c;
      try {
        c = loader.loadClass(NAME + inner);
      } catch (Throwable e) {
        System.out.println("    " + e);
        continue;
      }
      tell("declaring", c::getDeclaringClass);
      tell("enclosing", c::getEnclosingClass);
      tell("method", c::getEnclosingMethod);
      tell("constructor", c::getEnclosingConstructor);
      tell("simple", c::getSimpleName);
      tell("canonical", c::getCanonicalName);
      tell("anonymous", c::isAnonymousClass);
      tell("local", c::isLocalClass);
      tell("member", c::isMemberClass);
      tell("modifiers", c::getModifiers);
      tell("type name", c::toGenericString);
    }
    Class<?> outer = loader.loadClass(NAME);
    tell("members", outer::getDeclaredClasses);
    tell("public members", outer::getClasses);
  }

  static Map<String, Change> all(Change change) {
    Map<String, Change> changes = new TreeMap<>();
    for (String inner : INNER) changes.put(NAME + inner, change);
    return changes;
  }

  public static void main(String[] args) throws Exception {
    Change noInner = bytes -> renamed(bytes, "InnerClasses", "Innerclasses");
    Change noEnclosing = bytes -> renamed(bytes, "EnclosingMethod", "Enclosingmethod");
    look("as compiled", Map.of());
    look("inner side without InnerClasses", all(noInner));
    look("inner side without EnclosingMethod", all(noEnclosing));
    look("inner side without both", all(bytes -> noEnclosing.apply(noInner.apply(bytes))));
    look("outer side without InnerClasses", Map.of(NAME, noInner));
    Map<String, Change> changes = all(noEnclosing);
    changes.put(NAME, noInner);
    look("outer side without InnerClasses, inner without EnclosingMethod", changes);
    changes = all(noInner);
    changes.put(NAME, noInner);
    look("neither side with InnerClasses", changes);
    look("outer class of another name", all(bytes -> renamed(bytes, INTERNAL, "reflection/NestingDisagreed$Other")));
    look("outer class that is not there", all(bytes -> renamed(bytes, INTERNAL, "reflection/NestingDisagreed$Oxxxx")));
    look("outer class that is an array", all(bytes -> renamed(bytes, INTERNAL, "[Lreflection/NestingDisagreed$O;;")));
    look("method that is not there", all(bytes -> renamed(bytes, "inMethod", "inNothin")));
    look("descriptor of no method", all(bytes -> renamed(bytes, "(I)Ljava/lang/Class;", "(I)Ljava/lang/Class.")));
    look("descriptor of a class that is not there", all(bytes -> renamed(bytes, "(I)Ljava/lang/Class;", "(I)Ljava/lang/Clazz;")));
    look("constructor with another descriptor", all(bytes -> renamed(bytes, "()V", "()I")));
    look("simple name that is another", all(bytes -> renamed(renamed(bytes, "Local", "Lokal"), "Member", "Mumber")));
  }
}
