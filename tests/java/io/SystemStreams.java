package io;

import java.io.*;

public class SystemStreams {
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out, err = System.err; out.print("partial "); out.print(1); out.print(2L); out.print(1.5f); out.print(2.5); out.print('c'); out.print(true); out.print(new char[] {'x'}); out.print((String) null); out.print((Object) null); out.println(); out.println(); out.write(65); out.write('\n'); out.write("bytes\n".getBytes()); out.write(new byte[] {66, 67, 10}, 1, 2); out.println(new char[] {'o', 'k'}); out.append("app").append('c').append("xyz", 1, 2).println(); err.println("error line"); err.print("no newline"); err.flush(); ByteArrayOutputStream b = new ByteArrayOutputStream(); System.setOut(new PrintStream(b, true)); System.out.println("captured"); System.setOut(out); System.out.println(b.size() + " " + b.toString().trim()); System.setErr(new PrintStream(b)); new Exception("into buffer").printStackTrace(); System.setErr(err); System.out.println(b.toString().contains("into buffer")); System.setIn(new ByteArrayInputStream("fake".getBytes())); System.out.println((char) System.in.read() + "" + System.in.available()); StringBuilder big = new StringBuilder(); for (int i = 0; i < 3000; i++) big.append(i % 10).append(i % 77 == 0 ? "\n" : ""); System.out.println(big); for (int i = 0; i < 200; i++) System.out.print((char) ('a' + i % 26)); System.out.println(out.checkError()); FileOutputStream fd = new FileOutputStream(FileDescriptor.out); fd.write("through the descriptor\n".getBytes()); System.out.println(FileDescriptor.in.valid() + "" + new FileDescriptor().valid() + (System.console() == null)); System.err.println(); System.out.printf("%s\u00e9%n", "tail");
    }
}
