// The interfaces of this machine, whatever they are: each is found by its name, index and addresses.
package util;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;

public class NetworkInterfaces {
    public static void main(String[] args) throws Exception {
        NetworkInterface loopback = null;
        for (NetworkInterface each : all()) {
            look(each);
            if (each.isLoopback()) loopback = each;
        }
        InetAddress local = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        NetworkInterface byAddress = NetworkInterface.getByInetAddress(local);
        System.out.println("loopback " + (loopback == null || byAddress == null || byAddress.isLoopback()));
        System.out.println(NetworkInterface.getByName("no-such-interface"));
        System.out.println(NetworkInterface.getByIndex(Integer.MAX_VALUE));
        InetAddress nobodys = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        System.out.println(NetworkInterface.getByInetAddress(nobodys));
        // Its seed is made of the interfaces, among other things.
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        System.out.println(random.nextLong() != random.nextLong());
    }

    static void look(NetworkInterface each) throws SocketException {
        check(each.equals(NetworkInterface.getByName(each.getName())), "name", each);
        check(each.getIndex() == NetworkInterface.getByIndex(each.getIndex()).getIndex(), "index", each);
        check(each.getDisplayName().equals(each.getName()), "display name", each);
        check(each.getMTU() > 0, "MTU", each);
        each.isUp();
        each.supportsMulticast();
        each.isPointToPoint();
        byte[] hardware = each.getHardwareAddress();
        check(hardware == null || hardware.length == 6, "hardware address", each);
        check(each.inetAddresses().count() == each.getInterfaceAddresses().size(), "addresses", each);
        for (InterfaceAddress address : each.getInterfaceAddresses()) {
            if (address.getAddress() instanceof Inet6Address six) {
                check(address.getBroadcast() == null && address.getNetworkPrefixLength() <= 128, "prefix", each);
                check(six.getScopedInterface() == each, "scope", each);
                check(six.getHostAddress().endsWith("%" + each.getName()), "name of the scope", each);
            } else {
                check(address.getAddress() instanceof Inet4Address, "address", each);
                check(address.getNetworkPrefixLength() <= 32, "prefix", each);
            }
            check(NetworkInterface.getByInetAddress(address.getAddress()) != null, "by address", each);
        }
    }

    static void check(boolean right, String what, NetworkInterface of) {
        if (!right) System.out.println("wrong " + what + " of " + of);
    }

    static List<NetworkInterface> all() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces());
        } catch (SocketException e) {
            return List.of();  // a machine may have none
        }
    }
}
