package exceptions;

/** Native methods that no library has. */
public class NoNative {
    native int missing(String text, int[] numbers);
    static native void alsoMissing();
    static synchronized native long locked();

    public static void main(String[] args) {
        try {
            new NoNative().missing("", null);
        } catch (UnsatisfiedLinkError e) {
            System.out.println(e);
            for (StackTraceElement element : e.getStackTrace()) System.out.println("  " + element);
        }
        for (int i = 0; i < 2; i++) {
            try {
                locked();
            } catch (UnsatisfiedLinkError e) {
                System.out.println(e.getMessage() + " " + Thread.holdsLock(NoNative.class));
            }
        }
        try {
            System.loadLibrary("thereisnosuchlibrary");
        } catch (UnsatisfiedLinkError e) {
            System.out.println(e.getMessage().startsWith("no thereisnosuchlibrary in java.library.path"));
        }
        alsoMissing();
    }
}
