package io;

import java.io.*;

public class RandomAccess1 {
    public static void main(String[] args) throws Exception {
        try (RandomAccessFile r = new RandomAccessFile("raf.bin", "rw")) {
            r.writeInt(0x01020304); r.writeLong(-2); r.writeDouble(1.5); r.writeUTF("h\u00e9llo\u0000"); r.writeBoolean(true); r.writeShort(-3); r.writeChar('\u4e2d'); r.writeFloat(2.5f); r.writeByte(200); r.writeBytes("by"); r.writeChars("c");
            System.out.println(r.getFilePointer() + " " + r.length()); r.seek(0); System.out.println(r.readInt() + " " + r.readLong() + r.readDouble() + r.readUTF().length() + r.readBoolean() + r.readShort() + (int) r.readChar() + r.readFloat() + r.readUnsignedByte()); r.seek(2); r.write(new byte[] {9, 8, 7}, 1, 2); r.seek(0); System.out.println(Integer.toHexString(r.readInt())); r.seek(1000); r.write(1); System.out.println(r.length()); r.seek(500); System.out.println(r.read()); r.setLength(10); System.out.println(r.length() + " " + r.getFilePointer() + r.read()); r.seek(8); byte[] b = new byte[5]; System.out.println(r.read(b) + "" + r.read(b)); try { r.seek(8); r.readFully(b); } catch (EOFException e) { System.out.println("eof " + e.getMessage()); } try { r.seek(-1); } catch (IOException e) { System.out.println(e.getMessage()); }
            r.setLength(0); for (int i = 0; i < 2000; i++) { r.seek((i * 7919L) % 2000 * 4); r.writeInt(i); } long h = 0; r.seek(0); for (int i = 0; i < 2000; i++) h = h * 31 + r.readInt(); System.out.println(h + " " + r.length()); r.seek(0); r.write("line1\nline2\r\nline3".getBytes()); r.setLength(18); r.seek(0); for (String s; (s = r.readLine()) != null; ) System.out.print("<" + s + ">"); System.out.println();
        }
        File f = new File("raf.bin"); System.out.println(f.length()); try (RandomAccessFile a = new RandomAccessFile(f, "rw"); RandomAccessFile c = new RandomAccessFile(f, "r")) { a.seek(3); a.write('X'); c.seek(3); System.out.println((char) c.read() + "" + c.getFD().valid()); } try { RandomAccessFile x = new RandomAccessFile(f, "rws"); x.close(); x.length(); } catch (IOException e) { System.out.println(e.getMessage()); }
    }
}
