/** Says whether Add-Opens and Add-Exports of its manifest have worked. */
public class Opens {
    public static void main(String[] args) {
        Module base = String.class.getModule();
        Module own = Opens.class.getModule();
        System.out.println(base.isOpen("java.lang", own) + " " + base.isOpen("java.util", own) + " "
                + base.isExported("jdk.internal.misc", own) + " " + base.isExported("sun.nio.fs", own));
    }
}
