package util;

import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.*;
import javax.crypto.spec.*;

public class Crypto {
    static String hex(byte[] b) { return HexFormat.of().formatHex(b); }

    public static void main(String[] args) throws Exception {
        Cipher c = Cipher.getInstance("AES/CBC/PKCS5Padding");
        SecretKeySpec k = new SecretKeySpec("0123456789abcdef".getBytes(), "AES");
        c.init(Cipher.ENCRYPT_MODE, k, new IvParameterSpec(new byte[16]));
        byte[] e = c.doFinal("secret message that spans blocks".getBytes());
        c.init(Cipher.DECRYPT_MODE, k, new IvParameterSpec(new byte[16]));
        System.out.println(hex(e) + new String(c.doFinal(e)));
        e[20] ^= 1;
        e[e.length - 1] ^= 5;
        try { c.doFinal(e);
        } catch (BadPaddingException x) { System.out.println("bad padding");
        } SecretKeyFactory f = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
        System.out.println(hex(f.generateSecret(new PBEKeySpec("password".toCharArray(), "salt".getBytes(), 10, 128)).getEncoded()));
        SecureRandom r = SecureRandom.getInstance("SHA1PRNG");
        r.setSeed(5);
        System.out.println(r.nextInt() + " " + new SecureRandom().generateSeed(4).length);
    }
}
