package programs;

public class Mandelbrot {
    public static void main(String[] args) {
        long total = 0;
        StringBuilder row = new StringBuilder();
        for (int y = 0; y < 40; y++) {
            row.setLength(0);
            for (int x = 0; x < 78; x++) {
                double cr = x / 30.0 - 2, ci = y / 20.0 - 1, zr = 0, zi = 0;
                int n = 0;
                while (n < 200 && zr * zr + zi * zi < 4) { double t = zr * zr - zi * zi + cr; zi = 2 * zr * zi + ci; zr = t; n++; }
                total += n;
                row.append(n == 200 ? '#' : n > 10 ? '+' : n > 4 ? '.' : ' ');
            }
            System.out.println(row);
        }
        System.out.println(total);
    }
}
