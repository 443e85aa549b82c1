using System.Collections.Immutable;
using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>When a recorded value is the one that a test names.</summary>
public sealed class ValueEqualityTests
{
    private static readonly Rude Thrower = new();

    public static TheoryData<object?, object?> Alike => new()
    {
        { null, null },
        { "a", "a" },
        { 1, 1L },
        { 1m, (byte)1 },
        { 1.5f, 1.5 },
        { double.NaN, double.NaN },
        { new[] { 1, 2 }, new List<int> { 1, 2 } },
        { new object?[] { 1, null, new[] { "a" } }, new object?[] { 1, null, new[] { "a" } } },
        { new HashSet<int> { 1, 2, 3 }, new HashSet<int> { 3, 2, 1 } },
        { new Dictionary<string, int[]> { ["a"] = [1], ["b"] = [2] }, new Dictionary<string, int[]> { ["b"] = [2], ["a"] = [1] } },
        { new byte[] { 1, 2 }.AsMemory(), new byte[] { 1, 2 }.AsMemory() },
        { ImmutableArray.Create(1, 2), ImmutableArray.Create(1, 2) },
        { (1, "a"), (1, "a") },
        { new Named("a"), new Named("a") },
        { StringComparison.Ordinal, StringComparison.Ordinal },
    };

    public static TheoryData<object?, object?, string> Differ => new()
    {
        { null, "a", "is \"a\", not null" },
        { "a", null, "is null, not \"a\"" },
        { 1, "1", "is \"1\", not 1" },
        { 1, 2L, "is 2L, not 1" },
        { 1, true, "is true, not 1" },
        { new[] { 1, 2 }, new[] { 1 }, "has 1 element, not 2: [1]" },
        { new[] { 1, 2 }, new[] { 2, 1 }, "[0] is 2, not 1" },
        { new[] { new[] { 1 } }, new[] { new[] { 2 } }, "[0] [0] is 2, not 1" },
        { new HashSet<int> { 1, 2 }, new HashSet<int> { 1, 3 }, "has no 2: [1, 3]" },
        { new Dictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["a"] = 2 }, "[\"a\"] is 2, not 1" },
        { new Dictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, "has [\"b\"] besides: { [\"a\"] = 1, [\"b\"] = 2 }" },
        { ImmutableDictionary<string, int>.Empty.Add("a", 1), new SortedList<string, int> { ["b"] = 1 }, "has no [\"a\"]: { [\"b\"] = 1 }" },
        { new Named("a"), new Named("b"), "differs: Name is \"b\", not \"a\"" },
        { new Plain { Name = "a" }, new Plain { Name = "a" }, "is another Plain that holds the same, and Plain does not compare by value: Arg.Is<Plain>(predicate) looks into it" },
        { new object(), new object(), "is another object, which does not equal that" },
    };

    [Theory]
    [MemberData(nameof(Alike))]
    public void Alike_AreEqual(object? expected, object? seen) => Assert.Equal(string.Empty, ValueEquality.Compare(expected, seen, seen).Why);

    [Theory]
    [MemberData(nameof(Differ))]
    public void Different(object? expected, object? seen, string why)
    {
        Verdict verdict = ValueEquality.Compare(expected, seen, seen);
        Assert.Equal(Answer.No, verdict.Answer);
        Assert.Equal(why, verdict.Why);
    }

    [Fact]
    public void TheObjectItselfIsTheLastResort()
    {
        Plain plain = new() { Name = "a" };
        Assert.Equal(Answer.Yes, ValueEquality.Compare(plain, new Plain { Name = "was b" }, plain).Answer);
        List<int> list = [1, 2];
        Assert.Equal(Answer.No, ValueEquality.Compare(list, new List<int> { 1 }, list).Answer);
    }

    [Fact]
    public void EqualsThatThrowsIsNamed()
    {
        Verdict verdict = ValueEquality.Compare(Thrower, new Rude(), new Rude());
        Assert.Equal(Answer.Unknown, verdict.Answer);
        Assert.EndsWith("Rude.Equals threw InvalidOperationException: never ask", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void CollectionsThatHoldThemselvesEnd()
    {
        List<object> one = [];
        one.Add(one);
        List<object> two = [];
        two.Add(two);
        Assert.Equal(Answer.No, ValueEquality.Compare(one, two, two).Answer);
    }

    [Fact]
    public void CollectionsThatThrowAreNamed()
    {
        Verdict verdict = ValueEquality.Compare(new Broken(), new Broken(), new Broken());
        Assert.Equal(Answer.Unknown, verdict.Answer);
        Assert.EndsWith("comparing it threw InvalidOperationException: never ask", verdict.Why, StringComparison.Ordinal);
    }

    public sealed record Named(string Name);

    public sealed class Broken : IReadOnlyCollection<int>
    {
        public int Count => 1;

        public IEnumerator<int> GetEnumerator() => throw new InvalidOperationException("never ask");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    public sealed class Plain
    {
        public string Name { get; set; } = string.Empty;
    }

    public sealed class Rude
    {
        public override bool Equals(object? obj) => throw new InvalidOperationException("never ask");

        public override int GetHashCode() => 0;
    }
}
