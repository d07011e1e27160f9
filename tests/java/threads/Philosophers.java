package threads;

public class Philosophers {
    public static void main(String[] args) throws Exception { int n = 5, meals = 300; Object[] forks = new Object[n]; int[] eaten = new int[n], uses = new int[n]; for (int i = 0; i < n; i++) forks[i] = new Object(); Thread[] ts = new Thread[n]; for (int i = 0; i < n; i++) { int me = i, a = Math.min(i, (i + 1) % n), b = Math.max(i, (i + 1) % n); ts[i] = new Thread(() -> { for (int k = 0; k < meals; k++) { synchronized (forks[a]) { if (k % 50 == 0) Thread.yield(); synchronized (forks[b]) { eaten[me]++; uses[a]++; uses[b]++; } } } }); ts[i].start(); } for (Thread t : ts) t.join(); int sum = 0; for (int u : uses) sum += u; System.out.println(java.util.Arrays.toString(eaten) + " " + sum); }
}
