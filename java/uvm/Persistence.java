package uvm;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What a program may ask of the heap that it lives on.
 *
 * <p>A program does not need this: its heap is checkpointed while it runs, by the policy given to uvm. It is for programs
 * that tell others what they have done, and must not take that back after a crash.
 *
 * <p>On another virtual machine {@link #isAvailable} is false, and the other methods throw
 * {@link UnsupportedOperationException}.
 */
public final class Persistence {
    private static final boolean AVAILABLE = probe();
    private static final CopyOnWriteArrayList<Runnable> COMMITTED = new CopyOnWriteArrayList<>();
    private static final CopyOnWriteArrayList<Consumer<? super IOException>> FAILED = new CopyOnWriteArrayList<>();
    private static Thread teller;

    private Persistence() {}

    /** Whether this program runs on uvm. */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /**
     * Makes a checkpoint, and returns when it is durable: whatever happens then, the run is resumed from here or from a
     * later point. If it is resumed from this very checkpoint, this method returns there, too.
     *
     * @return the number of the version that was made, as {@code uvm versions} shows it
     * @throws IOException the checkpoint failed, with the reason; the program continues, and the last version remains
     */
    public static long checkpoint() throws IOException {
        check();
        long before = attempts();
        awaitAttempt(before, true);
        long version = versionSince(before);
        if (version != 0) return version;
        throw new IOException(lastFailure());
    }

    /**
     * Runs {@code action} after each checkpoint that became durable, or once after several in a row, on a thread of this
     * class, one action at a time. If the run is resumed from a checkpoint for which the action has not been run yet, it
     * is run then, so each checkpoint is reported at least once. What the action throws goes to that thread's uncaught
     * exception handler.
     */
    public static void onCommit(Runnable action) {
        Objects.requireNonNull(action);
        check();
        COMMITTED.add(action);
        tell();
    }

    /** Runs {@code action} after a checkpoint that failed, as with {@link #onCommit}. The program continues. */
    public static void onCheckpointFailed(Consumer<? super IOException> action) {
        Objects.requireNonNull(action);
        check();
        FAILED.add(action);
        tell();
    }

    private static synchronized void tell() {
        if (teller != null) return;
        long seen = attempts();
        teller = new Thread(null, () -> tellSince(seen), "uvm.Persistence", 0, false);
        teller.setDaemon(true);
        teller.start();
    }

    private static void tellSince(long seen) {
        for (;;) {
            long now = awaitAttempt(seen, false);
            if (versionSince(seen) != 0) {
                for (Runnable action : COMMITTED) run(action);
            }
            String failure = lastFailure();
            if (failure != null) {
                for (Consumer<? super IOException> action : FAILED) run(() -> action.accept(new IOException(failure)));
            }
            seen = now;
        }
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    private static void check() {
        if (!AVAILABLE) throw new UnsupportedOperationException("this program does not run on uvm");
    }

    private static boolean probe() {
        try {
            attempts();
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** The last checkpoint that began. */
    private static native long attempts();

    /** Waits until one later than that is over, and returns the last one that is; asks for one if {@code request}. */
    private static native long awaitAttempt(long after, boolean request);

    /** The version that a good one later than that made; 0 if there is none. */
    private static native long versionSince(long attempt);

    /** Why the last one failed; null if it did not. */
    private static native String lastFailure();
}
