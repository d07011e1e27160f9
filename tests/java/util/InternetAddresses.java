package util;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;

/** Addresses and names as values; nothing is connected. */
public class InternetAddresses {
    public static void main(String[] args) throws Exception {
        System.out.println(InetAddress.getLoopbackAddress());
        System.out.println(InetAddress.getByName("127.0.0.1"));
        System.out.println(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}).getHostAddress());
        System.out.println(InetAddress.getByAddress("name", new byte[] {10, 0, 0, (byte) 200}));
        System.out.println(Inet6Address.getByName("::1") + " " + InetAddress.getByName("fe80::1:2").isLinkLocalAddress());
        // What the machine's own names mean, and whether anything, is up to it.
        System.out.println(isUnknownOr(() -> InetAddress.getByName("localhost").isLoopbackAddress()));
        System.out.println(InetAddress.getByName("224.0.0.1").isMulticastAddress());
        System.out.println(new InetSocketAddress("127.0.0.1", 80));
        System.out.println(InetSocketAddress.createUnresolved("example.org", 443));
        System.out.println(new InetSocketAddress(8080));
        System.out.println(isUnknownOr(() -> InetAddress.getLocalHost() != null));
        System.out.println(new URL("http://localhost/a").equals(new URL("http://localhost/a")));
        System.out.println(URI.create("http://u@localhost:81/a?b#c").toURL().getAuthority());
        System.out.println(InetAddress.getByName("1.2.3.4").equals(InetAddress.getByAddress(new byte[] {1, 2, 3, 4})));
        try {
            System.out.println(InetAddress.getByAddress(new byte[3]));
        } catch (UnknownHostException e) {
            System.out.println(e.getMessage());
        }
        try {
            System.out.println(InetAddress.getByName("1.2.3.4.5:6"));
        } catch (UnknownHostException e) {
            System.out.println(e.getClass().getName());
        }
    }

    private static boolean isUnknownOr(Callable<Boolean> lookup) throws Exception {
        try {
            return lookup.call();
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
