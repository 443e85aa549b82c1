using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Instrumentation.Testing.Snapshots;

namespace Instrumentation.Testing.Tests.Snapshots;

/// <summary>Values as text.</summary>
public sealed partial class ValueTextTests
{
    public static TheoryData<object?, string> Values => new()
    {
        { null, "null" },
        { true, "true" },
        { -7, "-7" },
        { 7L, "7L" },
        { 7u, "7u" },
        { 7UL, "7UL" },
        { (byte)7, "7" },
        { 1.5, "1.5" },
        { 2.0, "2.0" },
        { 1e300, "1E+300" },
        { double.NaN, "NaN" },
        { 1.5f, "1.5f" },
        { 10.20m, "10.20m" },
        { 'x', "'x'" },
        { '\'', @"'\''" },
        { "a \"b\" \\ \n\t\0\u0001\u2028\u00a0 é 🙂", "\"a \\\"b\\\" \\\\ \\n\\t\\0\\u0001\\u2028\\u00a0 é 🙂\"" },
        { "\ud83d", "\"\\ud83d\"" },
        { new string('x', 1234), $"\"{new string('x', 200)}…\" (1234 characters)" },
        { DayOfWeek.Monday, "DayOfWeek.Monday" },
        { FileAccess.ReadWrite | (FileAccess)8, "(FileAccess)11" },
        { FileShare.Read | FileShare.Delete, "FileShare.Read | FileShare.Delete" },
        { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "2026-01-02T03:04:05Z" },
        { new DateTime(2026, 1, 2, 3, 4, 5, 670), "2026-01-02T03:04:05.67" },
        { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), "2026-01-02T03:04:05+02:00" },
        { new DateOnly(2026, 1, 2), "2026-01-02" },
        { new TimeOnly(3, 4, 5), "03:04:05" },
        { TimeSpan.FromSeconds(90), "00:01:30" },
        { Guid.Empty, "00000000-0000-0000-0000-000000000000" },
        { new Uri("http://x.test/a?b"), "Uri(\"http://x.test/a?b\")" },
        { new Version(1, 2), "Version(1.2)" },
        { IPAddress.Loopback, "IPAddress(127.0.0.1)" },
        { new StringBuilder("ab"), "StringBuilder(\"ab\")" },
        { Pattern(), "Regex(\"a+\")" },
        { CultureInfo.InvariantCulture, "CultureInfo(\"\")" },
        { ^1, "^1" },
        { (Half)1.5, "Half(1.5)" },
        { CancellationToken.None, "CancellationToken.None" },
        { typeof(Dictionary<string, int?[]>), "typeof(Dictionary<string, int?[]>)" },
        { typeof((int, Order)), "typeof((int, Order))" },
        { typeof(Outer<int>.Inner<string>), "typeof(Inner<string>)" },
        { new object(), "object" },
        { new HttpRequestMessage(), "HttpRequestMessage { … }" },
        { UnkeptValue.RefStruct, "(a ref struct)" },

        { Enumerable.Range(1, 100).ToArray(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … 90 more]" },
        { Enumerable.Range(1, 5000).ToList(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … 4990 more]" },
        { Array.Empty<string>(), "[]" },
        { new[,] { { 1, 2 }, { 3, 4 } }, "2 x 2 [1, 2, 3, 4]" },
        { new List<string?> { "a", null }, "[\"a\", null]" },
        { new Collection<int> { 1, 2 }, "[1, 2]" },
        { new ReadOnlyCollection<int>([1, 2]), "[1, 2]" },
        { ImmutableArray.Create(1, 2), "[1, 2]" },
        { ImmutableList.Create(1, 2), "[1, 2]" },
        { new Queue<int>([1, 2]), "[1, 2]" },
        { new LinkedList<int>([1, 2]), "[1, 2]" },
        { new SortedSet<int>([2, 1]), "[1, 2]" },
        { new HashSet<string> { "b", "a" }, "[\"b\", \"a\"]" },
        { new ConcurrentQueue<int>([1, 2]), "[1, 2]" },
        { new ArrayList { 1, "a" }, "[1, \"a\"]" },
        { new BitArray(2), "[false, false]" },
        { "abcdef".AsMemory(1, 2), "\"bc\"" },
        { new Memory<int>([1, 2, 3], 1, 2), "[2, 3]" },
        { new ArraySegment<int>([1, 2, 3], 1, 2), "[2, 3]" },
        { new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 }, "{ [\"b\"] = 1, [\"a\"] = 2 }" },
        { new Dictionary<string, int>(), "{ }" },
        { new ReadOnlyDictionary<string, int>(new Dictionary<string, int> { ["b"] = 1 }), "{ [\"b\"] = 1 }" },
        { new ConcurrentDictionary<string, int> { ["b"] = 1, ["a"] = 2, ["c"] = 3 }, "{ [\"a\"] = 2, [\"b\"] = 1, [\"c\"] = 3 }" },
        { new[] { "b", "a", "c" }.ToFrozenSet(), "[\"a\", \"b\", \"c\"]" },
        { new Hashtable { ["b"] = 1, ["a"] = 2 }, "{ [\"a\"] = 2, [\"b\"] = 1 }" },
        { Enumerable.Range(0, 12).ToDictionary(i => i, i => i), "{ [0] = 0, [1] = 1, [2] = 2, [3] = 3, [4] = 4, [5] = 5, [6] = 6, [7] = 7, [8] = 8, [9] = 9, … 2 more }" },
        { (1, "a"), "(1, \"a\")" },
        { Tuple.Create(1, "a"), "Tuple(1, \"a\")" },
        { KeyValuePair.Create(1, "a"), "KeyValuePair(1, \"a\")" },

        { new Order("7", 2), "Order { Id = \"7\", Quantity = 2, _secret = null, Lines = [] }" },
        { new { A = 1, B = "x" }, "new { A = 1, B = \"x\" }" },
        { new Empty(), "Empty { }" },
        { new Captured(5), "Captured { number = 5 }" },
        { new Derived { Name = "n" }, "Derived { Number = 3, Name = \"n\" }" },
        { new Named { Name = "n" }, "Named [] { Name = \"n\" }" },
        { new Point(1, 2), "Point { X = 1, Y = 2 }" },

        { new TimeoutException("late"), "TimeoutException(\"late\")" },
        { new InvalidOperationException("a", new TimeoutException("b")), "InvalidOperationException(\"a\", inner: TimeoutException(\"b\"))" },
        { new OrderException("7"), "OrderException() { Id = \"7\" }" },
        { Task.CompletedTask, "Task (completed)" },
        { Task.FromResult(1), "Task<int> (completed)" },
        { new TaskCompletionSource<string>().Task, "Task<string> (under way)" },
        { (Func<int, bool>)Order.IsEven, "Func<int, bool>(Order.IsEven)" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void AValueIsShownAsTheSourceWouldWriteIt(object? value, string text)
    {
        using CultureScope culture = new("de-DE");
        Assert.Equal(text, ValueText.Of(value));
    }

    [Fact]
    public void CirclesAreNoticedAndEqualSiblingsAreNone()
    {
        Node node = new() { Name = "a" };
        node.Next = node;
        Assert.Equal("Node { Name = \"a\", Next = (cycle) }", ValueText.Of(node));
        Node shared = new() { Name = "s" };
        Assert.Equal("[Node { Name = \"s\", Next = null }, Node { Name = \"s\", Next = null }]", ValueText.Of(new[] { shared, shared }));
    }

    [Fact]
    public void DepthAndLengthAreBounded()
    {
        Node? node = null;
        for (int i = 0; i < 100_000; i++)
        {
            node = new Node { Name = "n", Next = node };
        }

        string text = ValueText.Of(node);
        Assert.Contains("Node { … }", text, StringComparison.Ordinal);
        Assert.True(text.Length < 300, text);
        Assert.Equal("[[[[[…]]]]]", ValueText.Of(new object[] { new object[] { new object[] { new object[] { new object[] { 1 } } } } }));
        string cut = ValueText.Of(Enumerable.Range(0, 100).Select(static _ => new string('x', 100)).ToArray(), new ValueTextOptions { Items = 100, Length = 500 });
        Assert.Equal(501, cut.Length);
        Assert.EndsWith("…", cut, StringComparison.Ordinal);

        // A thread with little stack.
        string deep = string.Empty;
        Thread thread = new(() => deep = ValueText.Of(node, new ValueTextOptions { Depth = int.MaxValue, Length = int.MaxValue }), 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(deep.Length > 1000);
    }

    [Fact]
    public void NoCodeOfTheApplicationRuns()
    {
        Assert.Equal("Loud { _number = 1 }", ValueText.Of(new Loud()));
        Assert.Equal("[Loud { _number = 1 }]", ValueText.Of(new List<Loud> { new() }));
        Assert.Equal("LoudList [1]", ValueText.Of(new LoudList { 1 }));
        Assert.Equal("LoudException()", ValueText.Of(new LoudException()));
        Assert.Equal("Numbers (an iterator)", ValueText.Of(Numbers()));
        Assert.Contains("{ … }", ValueText.Of(new[] { 1 }.Select(static int (int _) => throw new InvalidOperationException("application code"))), StringComparison.Ordinal);
        Assert.Equal("{ [Loud { _number = 1 }] = 1 }", ValueText.Of(new ConcurrentDictionary<Loud, int>(ReferenceEqualityComparer.Instance) { [new Loud()] = 1 }));
    }

    [Fact]
    public void StatesThatChangeByThemselvesCanBeLeftOut() =>
        Assert.Equal("Task<int>", ValueText.Of(Task.FromResult(1), new ValueTextOptions { States = false }));

    [Fact]
    public async Task ValuesThatChangeMeanwhileAreReadWithoutHarm()
    {
        Dictionary<int, List<int>> map = [];
        SortedDictionary<int, int> sorted = [];
        LinkedList<int> linked = [];
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(1));
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                map[i % 1000] = [i];
                map.Remove((i * 7) % 1000);
                sorted[i % 500] = i;
                sorted.Remove((i * 3) % 500);
                linked.AddLast(i);
                if (linked.Count > 100)
                {
                    linked.RemoveFirst();
                }
            }
        });
        while (!end.IsCancellationRequested)
        {
            _ = ValueText.Of(map);
            _ = ValueText.Of(sorted);
            _ = ValueText.Of(linked);
        }

        await writer;
    }

    [Fact]
    public void MethodsGoByWhatTheSourceCallsThem()
    {
        Func<int> local = Local;
        Func<int> lambda = () => local();
        Assert.Equal("Func<int>(ValueTextTests.Local)", ValueText.Of(local));
        Assert.Equal("Func<int>(ValueTextTests.(lambda in MethodsGoByWhatTheSourceCallsThem))", ValueText.Of(lambda));
        Assert.Equal("method Clock.UtcNow", ValueText.Of(typeof(Shop.Clock).GetProperty("UtcNow")!.GetMethod));
        Assert.Equal("method new Version", ValueText.Of(typeof(Version).GetConstructor([typeof(int), typeof(int)])));

        static int Local() => 1;
    }

    private static IEnumerable<int> Numbers()
    {
        yield return int.Parse("application code", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("a+")]
    private static partial Regex Pattern();

    private sealed class CultureScope : IDisposable
    {
        private readonly CultureInfo _before = CultureInfo.CurrentCulture;

        public CultureScope(string name) => CultureInfo.CurrentCulture = new CultureInfo(name);

        public void Dispose() => CultureInfo.CurrentCulture = _before;
    }

    private sealed record Order(string Id, int Quantity)
    {
        private readonly string? _secret = null;

        public List<string> Lines { get; } = [];

        public int Length => _secret!.Length;

        public static bool IsEven(int number) => number % 2 == 0;
    }

    private sealed class Empty;

    private sealed class Captured(int number)
    {
        public int Twice => number * 2;
    }

    private class Base
    {
        public int Number { get; } = 3;
    }

    private sealed class Derived : Base
    {
        public string? Name { get; set; }
    }

    private sealed class Named : List<int>
    {
        public string? Name { get; set; }
    }

    private readonly record struct Point(int X, int Y);

    private sealed class Node
    {
        public string? Name { get; set; }

        public Node? Next { get; set; }
    }

    private sealed class OrderException(string id) : Exception
    {
        public string Id { get; } = id;

        public override string Message => throw new InvalidOperationException("application code");
    }

    private sealed class LoudException : Exception
    {
        public override string Message => throw new InvalidOperationException("application code");
    }

    private sealed class Loud
    {
        private readonly int _number = 1;

        public int Number => throw new InvalidOperationException($"application code {_number}");

        public override string ToString() => throw new InvalidOperationException("application code");

        public override bool Equals(object? obj) => throw new InvalidOperationException("application code");

        public override int GetHashCode() => throw new InvalidOperationException("application code");
    }

    private sealed class LoudList : List<int>, IEnumerable<int>
    {
        IEnumerator<int> IEnumerable<int>.GetEnumerator() => throw new InvalidOperationException("application code");

        IEnumerator IEnumerable.GetEnumerator() => throw new InvalidOperationException("application code");
    }

    private static class Outer<T>
    {
        public sealed class Inner<TInner>
        {
            public T? First { get; set; }

            public TInner? Second { get; set; }
        }
    }
}
