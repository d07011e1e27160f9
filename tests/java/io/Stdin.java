package io;

import java.io.*;

public class Stdin {
    public static void main(String[] args) throws Exception {
        BufferedReader r = new BufferedReader(new InputStreamReader(System.in, "UTF-8")); int n = Integer.parseInt(r.readLine().trim()); long sum = 0; for (int i = 0; i < n; i++) { String[] p = r.readLine().split(" "); sum += Long.parseLong(p[0]) * Long.parseLong(p[1]); } System.out.println(n + " " + sum); String s; int line = 0; while ((s = r.readLine()) != null) System.out.println(++line + ": [" + s + "] " + s.length() + " " + new StringBuilder(s).reverse()); System.out.println("eof " + r.read() + System.in.read() + System.in.available());
    }
}
