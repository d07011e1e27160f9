package programs;

public class NBody {
    static final double PI = 3.141592653589793, SOLAR = 4 * PI * PI, DAYS = 365.24;
    double x, y, z, vx, vy, vz, m;
    NBody(double x, double y, double z, double vx, double vy, double vz, double m) { this.x = x; this.y = y; this.z = z; this.vx = vx * DAYS; this.vy = vy * DAYS; this.vz = vz * DAYS; this.m = m * SOLAR; }
    static double energy(NBody[] b) {
        double e = 0;
        for (int i = 0; i < b.length; i++) {
            e += 0.5 * b[i].m * (b[i].vx * b[i].vx + b[i].vy * b[i].vy + b[i].vz * b[i].vz);
            for (int j = i + 1; j < b.length; j++) { double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z; e -= b[i].m * b[j].m / Math.sqrt(dx * dx + dy * dy + dz * dz); }
        }
        return e;
    }
    static void advance(NBody[] b, double dt) {
        for (int i = 0; i < b.length; i++) for (int j = i + 1; j < b.length; j++) {
            NBody p = b[i], q = b[j];
            double dx = p.x - q.x, dy = p.y - q.y, dz = p.z - q.z, d2 = dx * dx + dy * dy + dz * dz, mag = dt / (d2 * Math.sqrt(d2));
            p.vx -= dx * q.m * mag; p.vy -= dy * q.m * mag; p.vz -= dz * q.m * mag;
            q.vx += dx * p.m * mag; q.vy += dy * p.m * mag; q.vz += dz * p.m * mag;
        }
        for (NBody p : b) { p.x += dt * p.vx; p.y += dt * p.vy; p.z += dt * p.vz; }
    }
    public static void main(String[] args) {
        NBody[] b = {new NBody(0, 0, 0, 0, 0, 0, 1), new NBody(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609), new NBody(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411, 0.00499852801234917, 0.0000230417297573763929, 0.000285885980666130812)};
        System.out.println(energy(b));
        for (int i = 0; i < 20000; i++) { advance(b, 0.01); if (i % 5000 == 0) System.out.println(i + " " + energy(b)); }
        System.out.println(energy(b) + " " + b[1].x);
    }
}
