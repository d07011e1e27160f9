package programs;

public class Life {
    public static void main(String[] args) {
        int w = 48, h = 24;
        boolean[][] g = new boolean[h][w];
        String[] gun = {"........................#", "......................#.#", "............##......##............##", "...........#...#....##............##", "##........#.....#...##", "##........#...#.##....#.#", "..........#.....#.......#", "...........#...#", "............##"};
        for (int y = 0; y < gun.length; y++) for (int x = 0; x < gun[y].length(); x++) g[y + 1][x + 1] = gun[y].charAt(x) == '#';
        long hash = 0;
        for (int t = 0; t < 200; t++) {
            boolean[][] n = new boolean[h][w];
            for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) {
                int c = 0;
                for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) if ((dx | dy) != 0 && g[(y + dy + h) % h][(x + dx + w) % w]) c++;
                n[y][x] = c == 3 || c == 2 && g[y][x];
                if (n[y][x]) hash = hash * 31 + y * w + x;
            }
            g = n;
        }
        for (boolean[] row : g) { StringBuilder s = new StringBuilder(); for (boolean b : row) s.append(b ? '#' : '.'); System.out.println(s); }
        System.out.println(hash);
    }
}
