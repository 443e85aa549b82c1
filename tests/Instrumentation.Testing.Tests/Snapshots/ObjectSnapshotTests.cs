using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Instrumentation.Testing.Snapshots;

namespace Instrumentation.Testing.Tests.Snapshots;

/// <summary>Copies of objects as they were.</summary>
public sealed class ObjectSnapshotTests
{
    private static bool _isInitialised;

    [Fact]
    public void RandomGraphsAreCopiedAsTheyAreAndStayAsTheyWere()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            RandomGraphs graphs = new(seed);
            RandomGraphs.Vertex root = graphs.Make();
            string before = RandomGraphs.Serialise(root);
            RandomGraphs.Vertex copy = (RandomGraphs.Vertex)ObjectSnapshot.Of(root, new SnapshotLimits(100_000, int.MaxValue))!;
            Assert.Equal(before, RandomGraphs.Serialise(copy));
            graphs.Change();
            Assert.NotEqual(before, RandomGraphs.Serialise(root));
            Assert.Equal(before, RandomGraphs.Serialise(copy));
            Assert.DoesNotContain(copy, graphs.Vertices);
        }
    }

    [Fact]
    public void WhatIsBeyondTheLimitsIsTheOriginalAndTheSnapshotSaysSo()
    {
        List<Item> items = [.. Enumerable.Range(0, 2000).Select(static i => new Item { Number = i })];
        List<Item> copy = (List<Item>)ObjectSnapshot.Of(items)!;
        Assert.True(ObjectSnapshot.IsPartial(copy));
        Assert.Equal(items.Select(static item => item.Number), copy.Select(static item => item.Number));
        Assert.NotSame(items[0], copy[0]);
        Assert.NotSame(items[997], copy[997]);
        Assert.Same(items[998], copy[998]);
        Assert.EndsWith("(too large to be copied whole: parts may have changed since)", ValueText.Of(copy), StringComparison.Ordinal);

        byte[] bytes = new byte[100_000];
        Assert.Same(bytes, ObjectSnapshot.Of(bytes));
        Assert.True(ObjectSnapshot.IsPartial(bytes));
        byte[] fewer = new byte[60_000];
        Assert.NotSame(fewer, ObjectSnapshot.Of(fewer));
        Assert.False(ObjectSnapshot.IsPartial(ObjectSnapshot.Of(fewer)));

        // A chain is followed as far as any other shape, on a thread with little stack.
        Item? chain = null;
        for (int i = 0; i < 5000; i++)
        {
            chain = new Item { Next = chain };
        }

        Thread thread = new(() => chain = (Item)ObjectSnapshot.Of(chain)!, 64 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(ObjectSnapshot.IsPartial(chain));
    }

    [Fact]
    public void WhatCannotChangeIsKeptAndCostsNothing()
    {
        object[] values = ["text", 5, 1.5m, DayOfWeek.Friday, DateTime.UtcNow, Guid.NewGuid(), typeof(int), new Version(1, 2), new Uri("http://x.test"), new Fixed("a", 1), Status.Paid, Array.Empty<int>()[..0].ToImmutableArray().IsEmpty];
        foreach (object value in values)
        {
            Assert.Same(value, ObjectSnapshot.Of(value));
            _ = ObjectSnapshot.Of(value);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            foreach (object value in values)
            {
                _ = ObjectSnapshot.Of(value);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WhatStandsForSomethingElseIsKept()
    {
        using MemoryStream stream = new();
        using CancellationTokenSource source = new();
        object[] values =
        [
            stream, source, Activator.CreateInstance(typeof(Lock))!, new object(), Task.Delay(1), new Lazy<Item>(), new ConditionalWeakTable<object, object>(), new WeakReference(this), (Action)WhatStandsForSomethingElseIsKept,
            new TimeoutException("x"), new Finalized(), new Disposed(), new AsyncDisposed(), Numbers(), new[] { new Item() }.Select(static item => item), new ById(), Thread.CurrentThread,
            new Random(1), StringComparer.Ordinal, new AsyncLocal<int>(), new TaskCompletionSource(), ImmutableList.Create(new Item()), new ConcurrentQueue<Item>(), new Items().GetEnumerator(),
        ];
        foreach (object value in values)
        {
            Assert.Same(value, ObjectSnapshot.Of(value));
        }

        Item holder = new() { Any = values };
        object[] copy = (object[])((Item)ObjectSnapshot.Of(holder)!).Any!;
        Assert.NotSame(values, copy);
        Assert.All(values, (value, i) => Assert.Same(value, copy[i]));
    }

    [Fact]
    public void CollectionsCanBeUsedAndKeysAreFound()
    {
        Item key = new() { Number = 1 };
        Check(new Dictionary<Item, Item> { [key] = key }, copy => Assert.Equal((1, 1, true), (copy.Count, copy[key].Number, copy[key] != key)));
        Check(new Dictionary<Item, Item>(new ById()) { [key] = key }, copy => Assert.Equal(1, copy[new Item { Number = 1 }].Number));
        Check(new HashSet<Item> { key }, copy => Assert.Contains(key, copy));
        Check(new ConcurrentDictionary<Item, Item> { [key] = key }, copy => Assert.Equal(1, copy[key].Number));
        Check(new OrderedDictionary<Item, Item> { [key] = key }, copy => Assert.Equal(1, copy[key].Number));
        Check(new Hashtable { [key] = key }, copy => Assert.Equal(1, ((Item)copy[key]!).Number));
        Check(new Dictionary<(int, Item), int> { [(1, key)] = 2 }, copy => Assert.Equal(2, copy[(1, key)]));
        Check(new SortedDictionary<string, Item> { ["a"] = key }, copy => Assert.Equal(1, copy["a"].Number));
        Check(new SortedList<string, Item> { ["a"] = key }, copy => Assert.Equal(1, copy["a"].Number));
        Check(new SortedSet<int> { 2, 1 }, copy => Assert.Equal([1, 2], copy));
        Check(new PriorityQueue<Item, int>([(key, 1)]), copy => Assert.Equal(1, copy.Dequeue().Number));
        Check(new Queue<Item>([key]), copy => Assert.Equal(1, copy.Dequeue().Number));
        Check(new ConcurrentStack<Item>([key]), copy => Assert.True(copy.TryPop(out Item? item) && item.Number == 1));
        Check(new LinkedList<Item>([key]), copy => Assert.Equal(1, copy.First!.Value.Number));
        Check(new ObservableCollection<Item>([key]), copy => Assert.Equal(1, copy[0].Number));
        Check(new ReadOnlyCollection<Item>([key]), copy => Assert.Equal(1, copy[0].Number));
        Check(new NameValueCollection { ["a"] = "b" }, copy => Assert.Equal("b", copy["a"]));
        Check(new StringBuilder("ab").Append('c', 10_000), copy => Assert.Equal(10_002, copy.Length));
        Check(new BitArray([true, false]), copy => Assert.True(copy[0]));
        Check(new Items { key }, copy => Assert.Equal(1, copy[0].Number));
        Check(new ArrayList { key }, copy => Assert.Equal(1, ((Item)copy[0]!).Number));
        Check(new StrongBox<Item>(key), copy => Assert.Equal(1, copy.Value!.Number));
        Check(Tuple.Create(1, key), copy => Assert.Equal(1, copy.Item2.Number));

        void Check<T>(T original, Action<T> assert)
            where T : class
        {
            key.Number = 1;
            T copy = (T)ObjectSnapshot.Of(original)!;
            Assert.NotSame(original, copy);
            Assert.Equal(original.GetType(), copy.GetType());
            assert(copy);
        }
    }

    [Fact]
    public void StructsAreLookedInto()
    {
        Item item = new() { Number = 1 };
        (int, Item) tuple = ((int, Item))ObjectSnapshot.Of((1, item))!;
        Four four = default;
        four[3] = item;
        Four copied = (Four)ObjectSnapshot.Of(four)!;
        Item[] array = [item];
        ReadOnlyMemory<Item> memory = (ReadOnlyMemory<Item>)ObjectSnapshot.Of(new ReadOnlyMemory<Item>(array))!;
        ImmutableArray<Item> immutable = (ImmutableArray<Item>)ObjectSnapshot.Of(ImmutableArray.Create(item))!;
        KeyValuePair<int, Item>[] pairs = (KeyValuePair<int, Item>[])ObjectSnapshot.Of(new[] { KeyValuePair.Create(1, item) })!;
        Item? gone = ((Item?, int)?)ObjectSnapshot.Of(((Item?, int)?)(null, 1)) is { } pair ? pair.Item1 : item;
        item.Number = 2;
        Assert.Equal((1, 1, 1, 1, 1), (tuple.Item2.Number, copied[3].Number, memory.Span[0].Number, immutable[0].Number, pairs[0].Value.Number));
        Assert.Null(gone);
    }

    [Fact]
    public void NoCodeOfTheApplicationRuns()
    {
        Loud copy = (Loud)ObjectSnapshot.Of(new Loud { Friend = new Loud() })!;
        Assert.NotNull(copy.Friend);
        _ = ObjectSnapshot.Of(new Dictionary<string, Loud> { ["a"] = copy });
        _ = ObjectSnapshot.Of(new List<Loud> { copy, copy });

        object late = RuntimeHelpers.GetUninitializedObject(typeof(Late));
        Assert.NotSame(late, ObjectSnapshot.Of(late));
        Assert.False(_isInitialised);
        Assert.Equal(1, NumberOfLate());
        Assert.True(_isInitialised);

        // A method that reads the field may initialise the type as soon as it is compiled.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static int NumberOfLate() => Late.Number;
    }

    [Fact]
    public async Task WhatOthersChangeMeanwhileIsCopiedWithoutHarm()
    {
        Item root = new() { Map = new Dictionary<string, Item>(), List = [], Any = new LinkedList<Item>() };
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(1));
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                root.Map[$"{i % 300}"] = new Item { Next = root };
                root.Map.Remove($"{i * 7 % 300}");
                root.List.Add(new Item { Number = i });
                ((LinkedList<Item>)root.Any).AddLast(root);
                if (root.List.Count > 200)
                {
                    root.List.Clear();
                    root.List.Capacity = 0;
                    ((LinkedList<Item>)root.Any).Clear();
                }
            }
        });
        int copies = 0;
        while (!end.IsCancellationRequested)
        {
            Item copy = (Item)ObjectSnapshot.Of(root)!;
            Assert.NotSame(root, copy);
            foreach (Item? item in copy.List!)
            {
                _ = item?.Number;
            }

            foreach (KeyValuePair<string, Item> pair in copy.Map!)
            {
                _ = pair.Value?.Number;
            }

            copies++;
        }

        await writer;
        Assert.True(copies > 10);
    }

    [Fact]
    public void NothingIsHeld()
    {
        WeakReference held = Make();
        for (int i = 0; i < 10 && held.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(held.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Make()
        {
            Item[] items = [.. Enumerable.Range(0, 100).Select(static _ => new Item())];
            _ = ObjectSnapshot.Of(items);
            return new WeakReference(items[50]);
        }
    }

    [Fact]
    public void AnOrdinaryObjectTakesMicroseconds()
    {
        Item order = new() { Text = "7", List = null, Any = Enumerable.Range(0, 10).Select(static i => $"line {i}").ToList() };
        double best = double.MaxValue;
        for (int round = 0; round < 50; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 1000; i++)
            {
                _ = ObjectSnapshot.Of(order);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / 1000);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{best:F3} us");
        Assert.True(best < 4, $"{best} us");
    }

    private static IEnumerable<int> Numbers()
    {
        yield return 1;
    }

    [InlineArray(4)]
    private struct Four
    {
        private Item _first;
    }

    private sealed class Item
    {
        public int Number { get; set; }

        public string? Text { get; set; }

        public Item? Next { get; set; }

        public object? Any { get; set; }

        public List<Item>? List { get; set; }

        public Dictionary<string, Item>? Map { get; set; }
    }

    private sealed class Items : Collection<Item>;

    private sealed record Fixed(string Name, int Number);

    private sealed class Status
    {
        private Status(string name) => Name = name;

        public static Status Paid { get; } = new("paid");

        public string Name { get; }
    }

    private sealed class Finalized
    {
        private int _number = 1;

        ~Finalized() => _number++;
    }

    private sealed class Disposed : IDisposable
    {
        public int Number { get; set; }

        public void Dispose() => Number++;
    }

    private sealed class AsyncDisposed : IAsyncDisposable
    {
        public int Number { get; set; }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class ById : IEqualityComparer<Item>
    {
        public int Asked { get; set; }

        public bool Equals(Item? x, Item? y) => x?.Number == y?.Number;

        public int GetHashCode(Item obj) => obj.Number;
    }

    private sealed class Loud : ICloneable
    {
        public Loud? Friend { get; set; }

        public int Number => throw new InvalidOperationException("application code");

        public override string ToString() => throw new InvalidOperationException("application code");

        public override bool Equals(object? obj) => throw new InvalidOperationException("application code");

        public override int GetHashCode() => throw new InvalidOperationException("application code");

        public object Clone() => throw new InvalidOperationException("application code");
    }

    private sealed class Late
    {
        public static readonly int Number = Run();
        public int Value { get; set; }

        private static int Run()
        {
            _isInitialised = true;
            return 1;
        }
    }
}
