package programs;

import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.locks.*;

public class Bank {
    static class Account { final int id; private long balance; final ReentrantLock lock = new ReentrantLock(); final List<String> history = new ArrayList<>(); Account(int id, long b) { this.id = id; balance = b; } }
    static class Insufficient extends Exception { Insufficient(String m) { super(m); } }
    static void transfer(Account a, Account b, long amount) throws Insufficient { Account lo = a.id < b.id ? a : b, hi = lo == a ? b : a; lo.lock.lock(); try { hi.lock.lock(); try { if (a.balance < amount) throw new Insufficient(a.id + " has " + a.balance); a.balance -= amount; b.balance += amount; a.history.add("-" + amount); b.history.add("+" + amount); } finally { hi.lock.unlock(); } } finally { lo.lock.unlock(); } }
    public static void main(String[] args) throws Exception { Account[] as = new Account[8]; for (int i = 0; i < 8; i++) as[i] = new Account(i, 1000); ExecutorService ex = Executors.newFixedThreadPool(4); List<Future<int[]>> fs = new ArrayList<>(); for (int t = 0; t < 6; t++) { int me = t; fs.add(ex.submit(() -> { long s = me; int ok = 0, failed = 0; for (int i = 0; i < 800; i++) { s = s * 6364136223846793005L + 1442695040888963407L; int x = (int) (s >>> 60) % 8, y = (int) (s >>> 50) % 8; if (x == y) continue; try { transfer(as[x], as[Math.abs(y)], (s >>> 40) % 50); ok++; } catch (Insufficient e) { failed++; } } return new int[] {ok + failed}; })); } int n = 0; for (Future<int[]> f : fs) n += f.get()[0]; ex.shutdown(); ex.awaitTermination(10, TimeUnit.SECONDS); long total = 0; int moves = 0; boolean consistent = true; for (Account a : as) { total += a.balance; moves += a.history.size(); long b = 1000; for (String h : a.history) b += Long.parseLong(h.startsWith("+") ? h.substring(1) : h); consistent &= b == a.balance && a.balance >= 0; } System.out.println(n + " " + total + " " + (moves % 2 == 0) + " " + consistent); try { transfer(as[0], as[1], 1_000_000); } catch (Insufficient e) { System.out.println(e.getMessage().startsWith("0 has")); } }
}
