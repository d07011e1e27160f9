package util;

import java.security.*;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Digests {
    static String hex(byte[] b) { return HexFormat.of().formatHex(b); }
    public static void main(String[] args) throws Exception {
        for (String a : new String[] {"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA-512/256", "MD2"}) { MessageDigest m = MessageDigest.getInstance(a); System.out.println(m.getAlgorithm() + m.getDigestLength() + " " + hex(m.digest("".getBytes())) + " " + hex(m.digest("abc".getBytes()))); byte[] big = new byte[5000]; for (int i = 0; i < big.length; i++) big[i] = (byte) (i * 7); m.update(big, 0, 100); MessageDigest copy = (MessageDigest) m.clone(); m.update(big, 100, 4900); byte[] r = m.digest(); copy.update(Arrays.copyOfRange(big, 100, 5000)); System.out.println(hex(r) + MessageDigest.isEqual(r, copy.digest())); } try { MessageDigest.getInstance("NOPE"); } catch (NoSuchAlgorithmException e) { System.out.println(e.getMessage()); } for (String a : new String[] {"HmacMD5", "HmacSHA256"}) { Mac mac = Mac.getInstance(a); mac.init(new SecretKeySpec("key".getBytes(), a)); System.out.println(hex(mac.doFinal("The quick brown fox".getBytes()))); }
    }
}
