package programs;

import java.util.*;
import java.util.function.*;

public class EventSim {
    record Event(long time, int seq, String what, Consumer<EventSim> act) implements Comparable<Event> { public int compareTo(Event o) { return time != o.time ? Long.compare(time, o.time) : Integer.compare(seq, o.seq); } }
    final PriorityQueue<Event> q = new PriorityQueue<>(); long now; int seq, served, maxQueue; final Deque<Integer> line = new ArrayDeque<>(); boolean busy; long rnd = 7, waited; final Map<String, Integer> counts = new TreeMap<>();
    int next(int n) { rnd = rnd * 6364136223846793005L + 1442695040888963407L; return (int) ((rnd >>> 33) % n); }
    void at(long dt, String w, Consumer<EventSim> a) { q.add(new Event(now + dt, seq++, w, a)); }
    void arrive(int id) { line.add((int) now); maxQueue = Math.max(maxQueue, line.size()); if (!busy) serve(); if (id < 2000) at(next(12), "arrive", s -> s.arrive(id + 1)); }
    void serve() { busy = true; waited += now - line.poll(); at(next(11) + 1, "leave", s -> { s.served++; s.busy = false; if (!s.line.isEmpty()) s.serve(); }); }
    public static void main(String[] args) { EventSim s = new EventSim(); s.at(0, "arrive", x -> x.arrive(0)); s.at(500, "log", x -> System.out.println("at 500: " + x.served + " " + x.line.size())); s.at(5000, "log", x -> System.out.println("at 5000: " + x.served + " " + x.waited)); while (!s.q.isEmpty()) { Event e = s.q.poll(); s.now = e.time(); s.counts.merge(e.what(), 1, Integer::sum); e.act().accept(s); } System.out.println(s.now + " " + s.served + " " + s.maxQueue + " " + s.waited + " " + s.counts); }
}
