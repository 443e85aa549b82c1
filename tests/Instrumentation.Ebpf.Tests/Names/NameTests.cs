using System.Text;
using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Tests.Names;

public sealed class NameTests
{
    [Fact]
    public void Pattern_MatchesWhatTheRegularExpressionDoes()
    {
        var random = new Random(7);
        int matches = 0;
        for (int i = 0; i < 4_000; i++)
        {
            string pattern = Draw(random, "ab*?");
            string name = Draw(random, "ab");
            bool expected = Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$", RegexOptions.NonBacktracking);
            matches += expected ? 1 : 0;

            Assert.True(expected == new NamePattern(pattern).Matches(Encoding.UTF8.GetBytes(name)), $"{pattern} {name}");
        }

        Assert.InRange(matches, 100, 3_900);
    }

    [Fact]
    public void Index_FindsEveryName_InRisingOrder()
    {
        var random = new Random(8);
        byte[][] names = [.. Enumerable.Range(0, 5_000).Select(_ => Encoding.UTF8.GetBytes(Draw(random, "abc") + Draw(random, "abc")))];
        var index = NameIndex.Build(new Source(names));
        foreach (byte[] name in names.Append("none"u8.ToArray()))
        {
            var found = new List<int>();
            for (int number = index.First(name); number >= 0; number = index.Next(number))
            {
                if (names[number].AsSpan().SequenceEqual(name))
                {
                    found.Add(number);
                }
            }

            Assert.Equal(name.Length == 0 ? [] : Enumerable.Range(0, names.Length).Where(i => names[i].AsSpan().SequenceEqual(name)), found);
        }
    }

    private static string Draw(Random random, string letters) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => letters[random.Next(letters.Length)]));

    private readonly struct Source(byte[][] names) : INameSource
    {
        public int Count => names.Length;

        public ReadOnlySpan<byte> NameOf(int number) => names[number];
    }
}
