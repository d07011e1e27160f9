// Prints the table of strict_math_test.cpp: hashes over the bits of StrictMath's results, for the same inputs.
// Run with `java StrictMathHashes.java`.
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

public class StrictMathHashes {
  static final int COUNT = 400_000;

  // splitmix64 of an index.
  static long mix(long index) {
    long z = index * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  // A third each: any bits, exponents near 1, multiples of pi/2 and their neighbours.
  static double input(long index) {
    long bits = mix(index);
    switch ((int) (index % 3)) {
      case 0:
        return Double.longBitsToDouble(bits);
      case 1: {
        long exponent = 1023 - 30 + ((bits >>> 52) & 0x7ff) % 64;
        return Double.longBitsToDouble((bits & 0x800fffffffffffffL) | (exponent << 52));
      }
      default: {
        double multiple = (double) ((bits >> 8) % 2_000_000) * 1.5707963267948966;
        return Double.longBitsToDouble(Double.doubleToRawLongBits(multiple) + (bits & 3));
      }
    }
  }

  static long step(long hash, double result) {
    return (hash ^ Double.doubleToLongBits(result)) * 0x100000001b3L;
  }

  static void unary(String name, DoubleUnaryOperator f) {
    long hash = 0xcbf29ce484222325L;
    for (long i = 1; i <= COUNT; i++) hash = step(hash, f.applyAsDouble(input(i)));
    System.out.printf("    {\"%s\", 0x%016x},%n", name, hash);
  }

  static void binary(String name, DoubleBinaryOperator f) {
    long hash = 0xcbf29ce484222325L;
    for (long i = 1; i <= COUNT; i++) hash = step(hash, f.applyAsDouble(input(i), input(i * 7 + 1)));
    System.out.printf("    {\"%s\", 0x%016x},%n", name, hash);
  }

  public static void main(String[] args) {
    unary("sin", StrictMath::sin);
    unary("cos", StrictMath::cos);
    unary("tan", StrictMath::tan);
    unary("asin", StrictMath::asin);
    unary("acos", StrictMath::acos);
    unary("atan", StrictMath::atan);
    unary("exp", StrictMath::exp);
    unary("expm1", StrictMath::expm1);
    unary("log", StrictMath::log);
    unary("log10", StrictMath::log10);
    unary("log1p", StrictMath::log1p);
    unary("sinh", StrictMath::sinh);
    unary("cosh", StrictMath::cosh);
    unary("tanh", StrictMath::tanh);
    unary("sqrt", StrictMath::sqrt);
    binary("atan2", StrictMath::atan2);
    binary("remainder", StrictMath::IEEEremainder);
  }
}
