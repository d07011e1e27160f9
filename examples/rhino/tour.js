// A tour of JavaScript for Rhino: closures, regular expressions, JSON, sorting, exceptions, and more.
// Prints the same under every JVM; tour.out beside this file is what java prints.

function heading(text) {
    print("== " + text);
}

// Closures -----------------------------------------------------------------------------------------------------------
heading("closures");

function counter(start) {
    var n = start;
    return {
        next: function () { return n++; },
        add: function (k) { n += k; return this; },
        toString: function () { return "counter at " + n; }
    };
}

var a = counter(5), b = counter(100);
a.next();
a.next();
b.add(10).add(20);
print(a + ", " + b);

var functions = [];
for (var i = 0; i < 4; i++) {
    functions.push((function (k) { return function (x) { return x * k + i; }; })(i));
}
print(functions.map(function (f) { return f(10); }).join(" "));

function memoize(f) {
    var seen = {};
    return function (n) {
        if (!(n in seen)) {
            seen[n] = f(n);
        }
        return seen[n];
    };
}

var fibonacci = memoize(function (n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); });
print(fibonacci(60));

function curry(f) {
    var collected = Array.prototype.slice.call(arguments, 1);
    return function () {
        var all = collected.concat(Array.prototype.slice.call(arguments));
        return all.length >= f.length ? f.apply(null, all) : curry.apply(null, [f].concat(all));
    };
}

print(curry(function (x, y, z) { return x + "/" + y + "/" + z; })(1)(2)(3));

// Regular expressions ------------------------------------------------------------------------------------------------
heading("regular expressions");

var log = "2024-01-15 10:22:31 ERROR [db] timeout after 30s\n" +
          "2024-01-15 10:22:35 INFO [web] GET /index.html 200\n" +
          "2024-01-16 00:00:01 WARN [db] slow query: 1250ms\n" +
          "not a log line\n";
var pattern = /^(\d{4})-(\d\d)-(\d\d) (\S+) (\w+) \[(\w+)\] (.*)$/gm;
var match;
while ((match = pattern.exec(log)) !== null) {
    print(match[5] + " in " + match[6] + " on day " + match[3] + " at offset " + match.index + ": " + match[7]);
}
print("The Cat sat; the cat ran".replace(/\bthe (cat)\b/gi, function (whole, word, at) {
    return "<" + word.toUpperCase() + "@" + at + ">";
}));
print("a1b22c333".split(/\d+/).length + " " + "x-y_z".split(/[-_]/).join("+") + " " + /(a+)(b*)\1/.exec("aabbaa"));
print("camelCaseToSnake".replace(/([A-Z])/g, function (c) { return "_" + c.toLowerCase(); }));
print(/^[\w.]+@[\w.]+\.\w+$/.test("someone@example.org") + " " + "2+2=4".search(/=/) + " " + "aXbX".match(/X/g).length);

// JSON ---------------------------------------------------------------------------------------------------------------
heading("JSON");

var order = {
    id: 17,
    customer: {name: "Zo\u00eb \"Z\" O'Neil", tags: ["new", "vip"]},
    lines: [{sku: "A-1", qty: 2, price: 9.99}, {sku: "B-2", qty: 1, price: 100}],
    paid: false,
    note: null,
    skipped: undefined,
    total: function () { return 0; }
};
var text = JSON.stringify(order);
print(text);
var back = JSON.parse(text);
print(back.customer.name.length + " " + back.lines.length + " " + (back.note === null) + " " + ("skipped" in back));
print(JSON.stringify(back.lines, null, 2));
print(JSON.stringify(back, function (key, value) { return typeof value === "number" ? value * 2 : value; }));
print(JSON.stringify(JSON.parse('{"a":[1,{"b":[[],{}]}],"c":"\\u0041\\n"}', function (key, value) {
    return key === "b" ? "revived" : value;
})));

// Sorting ------------------------------------------------------------------------------------------------------------
heading("sorting");

function random(seed) {
    return function () {
        seed = (seed * 16807) % 2147483647;
        return seed / 2147483647;
    };
}

var next = random(12345), numbers = [];
for (var n = 0; n < 500; n++) {
    numbers.push(Math.floor(next() * 1000));
}

function quicksort(list) {
    if (list.length < 2) {
        return list;
    }
    var pivot = list[0];
    return quicksort(list.slice(1).filter(function (x) { return x < pivot; }))
        .concat([pivot], quicksort(list.slice(1).filter(function (x) { return x >= pivot; })));
}

var sorted = numbers.slice().sort(function (x, y) { return x - y; });
print(JSON.stringify(sorted) === JSON.stringify(quicksort(numbers)));
print(sorted.slice(0, 5) + " ... " + sorted.slice(-5) + ", sum " + sorted.reduce(function (s, x) { return s + x; }, 0));
var people = [["Cid", 35], ["Ann", 30], ["Bob", 35], ["Dan", 30], ["Eve", 41]].map(function (p) {
    return {name: p[0], age: p[1]};
});
people.sort(function (p, q) { return p.age - q.age || (p.name < q.name ? -1 : 1); });
print(people.map(function (p) { return p.name + " " + p.age; }).join(", "));
print([10, 9, 1, "b", "a", undefined, 100].sort());

// Exceptions ---------------------------------------------------------------------------------------------------------
heading("exceptions");

function ParseError(message, line) {
    this.name = "ParseError";
    this.message = message;
    this.line = line;
}
ParseError.prototype = new Error();
ParseError.prototype.constructor = ParseError;

function attempt(name, f) {
    var steps = [];
    try {
        steps.push("try");
        steps.push("value " + f());
    } catch (e) {
        if (e instanceof ParseError) {
            steps.push(e.name + " in line " + e.line + ": " + e.message);
        } else if (e instanceof Error) {
            steps.push(e.name + ": " + e.message);
        } else {
            steps.push("thrown " + typeof e + " " + e);
        }
    } finally {
        steps.push("finally");
    }
    print(name + ": " + steps.join(", "));
}

attempt("fine", function () { return 42; });
attempt("own", function () { throw new ParseError("unexpected }", 7); });
attempt("string", function () { throw "just a string"; });
attempt("type", function () { return null.length; });
attempt("reference", function () { return notDefinedAnywhere; });
attempt("range", function () { return new Array(-1); });
attempt("syntax", function () { return eval("1 +"); });
attempt("uri", function () { return decodeURIComponent("%"); });
attempt("json", function () { return JSON.parse("{bad"); });
attempt("java", function () { return java.lang.Integer.parseInt("forty"); });
attempt("recursion", function () {
    function down(k) { return k === 0 ? "bottom" : down(k - 1); }
    return down(300);
});
attempt("return in finally", function () { try { throw new Error("lost"); } finally { return "kept"; } });

// Objects, prototypes, and Java ---------------------------------------------------------------------------------------
heading("objects");

function Shape(name) { this.name = name; }
Shape.prototype.area = function () { return 0; };
Shape.prototype.describe = function () { return this.name + " of area " + this.area().toFixed(2); };
function Circle(r) { Shape.call(this, "circle"); this.r = r; }
Circle.prototype = Object.create(Shape.prototype);
Circle.prototype.area = function () { return Math.PI * this.r * this.r; };
function Square(s) { Shape.call(this, "square"); this.s = s; }
Square.prototype = Object.create(Shape.prototype);
Square.prototype.area = function () { return this.s * this.s; };
[new Circle(1.5), new Square(3), new Shape("nothing")].forEach(function (s) { print(s.describe()); });

var temperature = {celsius: 20, get fahrenheit() { return this.celsius * 9 / 5 + 32; }, set fahrenheit(f) { this.celsius = (f - 32) * 5 / 9; }};
temperature.fahrenheit = 212;
print(temperature.celsius + " " + Object.keys(temperature) + " " + Object.isFrozen(Object.freeze({x: 1})));
print([0.1 + 0.2, 1 / 3, 1e21, -0, 5 % -3, 0x1f, "5" * "4", [] + {}, 7 >>> 1, ~5, 2147483648 | 0].join(" "));
print((255).toString(16) + " " + parseInt("z", 36) + " " + (1234.5678).toFixed(1) + " " + (0.000001234).toExponential(2) + " " + Number("12px"));

var list = new java.util.ArrayList();
["pear", "apple", "fig"].forEach(function (s) { list.add(s); });
java.util.Collections.sort(list);
print(list + " " + list.size() + " " + new java.lang.StringBuilder("rhino").reverse());
var runs = 0;
var thread = new java.lang.Thread(new java.lang.Runnable({run: function () { for (var k = 0; k < 1000; k++) { runs++; } }}));
thread.start();
thread.join();
print(runs + " " + java.lang.String.format("%05d|%s", java.lang.Integer.valueOf(42), "text"));

// Work ---------------------------------------------------------------------------------------------------------------
heading("work");

function sieve(limit) {
    var composite = [], primes = [];
    for (var p = 2; p <= limit; p++) {
        if (!composite[p]) {
            primes.push(p);
            for (var q = p * p; q <= limit; q += p) {
                composite[q] = true;
            }
        }
    }
    return primes;
}

var primes = sieve(20000);
print(primes.length + " primes, the last is " + primes[primes.length - 1]);

function queens(size) {
    var solutions = 0;
    (function place(row, columns, left, right) {
        if (row === size) {
            solutions++;
            return;
        }
        for (var free = ~(columns | left | right) & ((1 << size) - 1); free !== 0; free &= free - 1) {
            var bit = free & -free;
            place(row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
        }
    })(0, 0, 0, 0);
    return solutions;
}

print("queens: " + [4, 5, 6, 7, 8].map(queens).join(" "));
var words = {};
(log + log).toLowerCase().replace(/[a-z]+/g, function (w) { words[w] = (words[w] || 0) + 1; return w; });
print(Object.keys(words).sort().map(function (w) { return w + ":" + words[w]; }).join(" "));
var hash = 17;
for (var step = 0; step < 100000; step++) {
    hash = (hash * 31 + (step ^ (hash >>> 7))) | 0;
}
print("checksum " + hash);
