// uvm-test: define java.net.preferIPv4Stack=true
package util;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;

/** A program that wants no addresses of IPv6 gets none, neither of interfaces nor of names. */
public class Ipv4Only {
    public static void main(String[] args) throws Exception {
        for (NetworkInterface each : all()) {
            each.inetAddresses().filter(address -> address instanceof Inet6Address).forEach(System.out::println);
        }
        System.out.println(InetAddress.getLoopbackAddress());
        System.out.println(InetAddress.getAllByName("127.0.0.1").length);
    }

    static List<NetworkInterface> all() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces());
        } catch (SocketException e) {
            return List.of();  // a machine may have none
        }
    }
}
