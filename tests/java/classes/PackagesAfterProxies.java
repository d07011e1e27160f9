package classes;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The packages that class loaders know, when the boot loader has proxies of interfaces that nobody may see. */
public class PackagesAfterProxies {
    @Deprecated(since = "9")
    static class Old {}

    public static void main(String[] args) throws Exception {
        // The proxy of an annotation of java.base is defined by the boot loader, in a module made for it.
        System.out.println(Old.class.getAnnotation(Deprecated.class).since());
        System.out.println(Retention.class.getAnnotation(Retention.class).value() == RetentionPolicy.RUNTIME);
        Object proxy = Proxy.newProxyInstance(null, new Class<?>[] {Runnable.class}, (p, m, a) -> null);
        System.out.println(proxy.getClass().getClassLoader());
        System.out.println(proxy.getClass().getPackageName().startsWith("jdk.proxy"));

        Set<String> names =
                Arrays.stream(Package.getPackages()).map(Package::getName).collect(Collectors.toCollection(TreeSet::new));
        System.out.println(names.containsAll(Set.of("classes", "java.lang", "java.util")));
        System.out.println(names.stream().noneMatch(n -> n.startsWith("jdk.proxy")));
        System.out.println(ClassLoader.getPlatformClassLoader().getDefinedPackage("java.lang"));
        System.out.println(Package.getPackage("java.lang.annotation"));
        System.out.println(Package.getPackage("java.awt.dnd"));
        System.out.println(Package.getPackage("java.awt.dnd.peer.none"));
    }
}
