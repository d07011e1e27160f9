package math;

import java.util.Random;

/** Logarithms, and sines of large arguments: the last place too. */
public class Logarithms {
    public static void main(String[] args) {
        Random random = new Random(17);
        long natural = 0;
        long decimal = 0;
        for (int i = 1; i <= 20_000; i++) {
            double x = switch (i % 4) {
                case 0 -> i;
                case 1 -> random.nextDouble();
                case 2 -> Math.abs(random.nextGaussian()) * 1e6;
                default -> Math.scalb(1 + random.nextDouble(), random.nextInt(2000) - 1000);
            };
            natural = natural * 31 + Double.doubleToLongBits(Math.log(x));
            decimal = decimal * 31 + Double.doubleToLongBits(Math.log10(x));
        }
        System.out.println(Long.toHexString(natural) + " " + Long.toHexString(decimal));
        for (double x : new double[] {0, -0.0, 1, -1, 10, 1000, 1e15, 1e-5, Double.MIN_VALUE, Double.MAX_VALUE,
                                      Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 0.3, 7, 1 + 0x1p-52}) {
            System.out.println(x + " " + Math.log(x) + " " + Math.log10(x));
        }
        for (double x : new double[] {0x1.81ae0dffa3b33p959, 0x1.cb44e86bc192bp648, 1e9, 1e22, 0x1p1023}) {
            System.out.println(Math.sin(x) + " " + Math.cos(x) + " " + Math.tan(x));
        }
    }
}
