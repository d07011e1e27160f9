package io;

import java.io.*;

public class BinaryStdin {
    public static void main(String[] args) throws Exception { InputStream in = System.in; int first = in.read(); byte[] buf = new byte[7]; int n = in.read(buf, 1, 5); System.out.println(first + " " + n + " " + buf[1] + " " + in.skip(3)); int[] count = new int[256]; int total = 0; long h = 0; for (int b; (b = in.read()) >= 0; total++) { count[b]++; h = h * 31 + b; } System.out.println(total + " " + h + " " + count['e'] + " " + count['\n']); }
}
