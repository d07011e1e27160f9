package util;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Timestamp;

/** Caller-sensitive methods outside java.base: java.sql is of the platform loader. */
public class Drivers {
    public static void main(String[] args) {
        try {
            DriverManager.getConnection("jdbc:none:x");
        } catch (SQLException e) {
            System.out.println(e.getMessage() + " " + e.getSQLState());
        }
        System.out.println(DriverManager.drivers().count());
        System.out.println(Timestamp.valueOf("2020-01-02 03:04:05.6"));
    }
}
