package util;

import java.util.*;
import java.util.random.*;
import java.util.stream.*;

public class RandomSeeds {
    public static void main(String[] args) { for (long seed : new long[] {0, 42, -1, Long.MAX_VALUE}) { Random r = new Random(seed); System.out.println(r.nextInt() + " " + r.nextInt(10) + " " + r.nextInt(1 << 20) + " " + r.nextInt(5, 15) + " " + r.nextLong() + " " + r.nextLong(1000) + " " + r.nextBoolean() + " " + r.nextFloat() + " " + r.nextDouble() + " " + r.nextDouble(5, 6) + " " + r.nextGaussian() + " " + r.nextGaussian(10, 2) + " " + r.nextExponential()); byte[] b = new byte[7]; r.nextBytes(b); System.out.println(Arrays.toString(b) + r.ints(4).boxed().toList() + r.longs(2, 0, 9).boxed().toList() + r.doubles(2).boxed().toList()); } Random a = new Random(5); long h = 0; for (int i = 0; i < 20000; i++) h = h * 31 + a.nextInt(i + 1); System.out.println(h); int[] buckets = new int[10]; for (int i = 0; i < 10000; i++) buckets[a.nextInt(10)]++; System.out.println(Arrays.toString(buckets)); SplittableRandom s = new SplittableRandom(1); SplittableRandom t = s.split(); System.out.println(s.nextLong() + " " + t.nextLong() + " " + s.nextInt(100) + t.nextBoolean()); try { a.nextInt(0); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); } List<Integer> l = IntStream.range(0, 12).boxed().collect(Collectors.toList()); Collections.shuffle(l, new Random(9)); System.out.println(l); RandomGenerator g = new Random(3); System.out.println(g.nextInt(1, 7)); Random seeded = new Random() { @Override protected int next(int bits) { return 1 << bits - 1; } }; System.out.println(seeded.nextInt() + " " + seeded.nextBoolean()); }
}
