package threads;

/** The program ends with its last user thread, whatever its daemons do; shutdown hooks run then. */
public class DaemonExit {
    public static void main(String[] args) throws Exception {
        Object never = new Object();
        for (int i = 0; i < 3; i++) {
            daemon(() -> {
                synchronized (never) {
                    while (true) {
                        try {
                            never.wait();
                        } catch (InterruptedException e) {
                            // waits on
                        }
                    }
                }
            });
        }
        daemon(() -> {
            long x = 0;
            while (true) {
                x++;
            }
        });
        daemon(() -> {
            try {
                Thread.sleep(100_000_000);
            } catch (InterruptedException e) {
                // goes on
            }
            System.out.println("never printed");
        });
        Thread main = Thread.currentThread();
        new Thread(() -> {
            try {
                main.join();
                Thread.sleep(50);
            } catch (InterruptedException e) {
                System.out.println(e);
            }
            System.out.println("last user thread ends");
        }).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook after the last user thread")));
        System.out.println("main ends");
    }

    private static void daemon(Runnable body) {
        Thread thread = new Thread(body);
        thread.setDaemon(true);
        thread.start();
    }
}
