package programs;

import java.util.*;

public class Richards {
    static abstract class Task { final String name; final int priority; final Deque<Packet> queue = new ArrayDeque<>(); int ran; Task(String n, int p) { name = n; priority = p; } abstract void step(Scheduler s); boolean ready() { return !queue.isEmpty(); } }
    static class Packet { int kind, value, hops; Packet(int k, int v) { kind = k; value = v; } }
    static class Worker extends Task { long sum; Worker(String n, int p) { super(n, p); } void step(Scheduler s) { Packet k = queue.poll(); sum = sum * 31 + k.value; k.value = (int) (sum >>> 5 & 0xffff); if (k.hops++ < 40) s.send(k.value % s.tasks.size(), k); else s.done++; } }
    static class Device extends Task { int held; Device(String n, int p) { super(n, p); } void step(Scheduler s) { Packet k = queue.poll(); held ^= k.value; if (k.kind == 1) { k.kind = 0; queue.addLast(k); } else { k.kind = 1; if (k.hops++ < 40) s.send((k.value + 1) % s.tasks.size(), k); else s.done++; } } }
    static class Idle extends Task { long seed = 1; int left = 2000; Idle() { super("idle", 0); } @Override boolean ready() { return true; } void step(Scheduler s) { seed = (seed & 1) == 0 ? seed >> 1 : seed >> 1 ^ 0xD008; Packet k = queue.poll(); if (k != null) { if (k.hops++ < 40) s.send((int) (seed % s.tasks.size()), k); else s.done++; } else if (left-- <= 0) s.stopped = true; } }
    static class Scheduler { final List<Task> tasks = new ArrayList<>(); boolean stopped; int done; long switches; void send(int i, Packet p) { tasks.get(Math.floorMod(i, tasks.size())).queue.addLast(p); } void run() { while (!stopped) { Task best = null; for (Task t : tasks) if (t.ready() && (best == null || t.priority > best.priority)) best = t; best.step(this); best.ran++; switches++; } } }
    public static void main(String[] args) { Scheduler s = new Scheduler(); s.tasks.add(new Idle()); for (int i = 1; i < 4; i++) s.tasks.add(new Worker("w" + i, i * 10)); s.tasks.add(new Device("d1", 15)); s.tasks.add(new Device("d2", 25)); for (int i = 0; i < 300; i++) s.send(i * 7, new Packet(i % 2, i)); s.run(); for (Task t : s.tasks) System.out.println(t.name + " " + t.ran + (t instanceof Worker w ? " " + w.sum : t instanceof Device d ? " " + d.held : "")); System.out.println(s.switches + " " + s.done); }
}
