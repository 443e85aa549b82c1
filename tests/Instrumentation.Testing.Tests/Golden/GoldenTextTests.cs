using Instrumentation.Testing.Golden;

namespace Instrumentation.Testing.Tests.Golden;

/// <summary>What has placeholders, how differences look, and which orders are the same.</summary>
public sealed class GoldenTextTests
{
    public static TheoryData<string, string> Lines => new()
    {
        { "a 2026-01-02T03:04:05.678Z b", "a <time> b" },
        { "2026-01-02T03:04:05+02:00, 2026-01-02 03:04", "<time>, <time>" },
        { "\"Sun, 22 Nov 2026 16:25:00 GMT\"", "\"<time>\"" },
        { "11/22/2026 4:25:00 PM and 22.11.2026 16:25", "<time> and <time>" },
        { "2026-01-02 and 1.2.3 and 10.0.0.1", "<date> and 1.2.3 and 10.0.0.1" },
        { "00:00:05 and 00:00:00.0012345", "00:00:05 and <duration>" },
        { "3f2504e0-4f89-11d3-9a0c-0305e82c3301 and 3F2504E04F8911D39A0C0305E82C3301 and 00000000-0000-0000-0000-000000000001", "guid#1 and guid#1 and guid#2" },
        { "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-guid#1-00f067aa0ba902b7-01" },
        { "0x7ffd12345678 0xff", "<address> 0xff" },
        { "http://127.0.0.1:45123/a http://localhost:8080/b [::1]:50000", "http://127.0.0.1:<port>/a http://localhost:8080/b [::1]:<port>" },
        { "X { ThreadId = 12, ProcessId = 345, _threadId = 1, Id = 7 }", "X { ThreadId = <id>, ProcessId = <id>, _threadId = <id>, Id = 7 }" },
        { $"\"{Path.Combine(Path.GetTempPath(), "x1", "a.txt")}\" \"{Path.Combine(Path.GetTempPath(), "x2")}\" \"{Path.Combine(Path.GetTempPath(), "x1")}\"", "\"<temp>/file#1/a.txt\" \"<temp>/file#2\" \"<temp>/file#1\"" },
        { $"{Path.Combine(AppContext.BaseDirectory, "x.dll")}", "<dir>/x.dll" },
        { $"\"{Environment.MachineName}\"", "\"<machine>\"" },
    };

    [Theory]
    [MemberData(nameof(Lines), DisableDiscoveryEnumeration = true)]
    public void WhatDiffersFromRunToRunHasPlaceholders(string line, string text)
    {
        Assert.Equal(text, Assert.Single(GoldenText.Write([new LineScrubber(new GoldenOptions()).Scrub(line)])));
        Assert.Equal(line, Assert.Single(GoldenText.Write([new LineScrubber(new GoldenOptions { Scrubs = GoldenScrubs.None }).Scrub(line)])));
    }

    [Fact]
    public void WhatEachScrubDoesIsItsOwn()
    {
        const string Line = "2026-01-02T03:04:05Z 3f2504e0-4f89-11d3-9a0c-0305e82c3301 7 secret";
        Assert.Equal("<time> 3f2504e0-4f89-11d3-9a0c-0305e82c3301 7 secret", Scrub(new GoldenOptions { Scrubs = GoldenScrubs.Times }));
        Assert.Equal("2026-01-02T03:04:05Z guid#1 7 secret", Scrub(new GoldenOptions { Scrubs = GoldenScrubs.Guids }));
        Assert.Equal("<time> guid#1 <number> <gone>", Scrub(new GoldenOptions().Replacing(@"\b\d\b", "<number>").Replacing("secret", "<gone>")));

        static string Scrub(GoldenOptions options) => GoldenText.Write([new LineScrubber(options).Scrub(Line)])[0];
    }

    [Theory]
    [InlineData("a b c", "a b c", "")]
    [InlineData("a b c", "a x c", "@@ -1,3 +1,3 @@| a|-b|+x| c|")]
    [InlineData("a", "a b", "@@ -1,1 +1,2 @@| a|+b|")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14", "1 x 3 4 5 6 7 8 9 10 11 12 13 y 14", "@@ -1,5 +1,5 @@| 1|-2|+x| 3| 4| 5|@@ -11,4 +11,5 @@| 11| 12| 13|+y| 14|")]
    [InlineData("1 2 3 4 5 6 7 8 9", "x 1 2 3 4 5 6 7 8", "@@ -1,3 +1,4 @@|+x| 1| 2| 3|@@ -6,4 +7,3 @@| 6| 7| 8|-9|")]
    public void DifferencesAreUnified(string before, string after, string text) =>
        Assert.Equal(text.Replace('|', '\n'), LineDiff.Of(before.Split(' '), after.Split(' ')));

    [Fact]
    public void ADifferenceSaysHowToMakeOneOfTheOther()
    {
        Random random = new(5);
        for (int round = 0; round < 500; round++)
        {
            string[] before = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{random.Next(5)}")];
            string[] after = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{random.Next(5)}")];
            string[] hunks = LineDiff.Of(before, after).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            List<string> made = [];
            int position = 0;
            foreach (string line in hunks)
            {
                if (line.StartsWith("@@", StringComparison.Ordinal))
                {
                    string[] counts = line.Split(' ')[1][1..].Split(',');
                    int start = int.Parse(counts[0], System.Globalization.CultureInfo.InvariantCulture) - 1;
                    made.AddRange(before[position..start]);
                    position = start;
                }
                else if (line[0] == '+')
                {
                    made.Add(line[1..]);
                }
                else
                {
                    Assert.Equal(before[position++], line[1..]);
                    if (line[0] == ' ')
                    {
                        made.Add(line[1..]);
                    }
                }
            }

            made.AddRange(before[position..]);
            Assert.Equal(after, made);
        }
    }

    // Calls as name@begin-end; ~ and & mark what the golden trace takes in any order.
    [Theory]
    [InlineData("a@0-1 b@2-3", "a b", true)]
    [InlineData("b@0-1 a@2-3", "a b", false)]
    [InlineData("b@0-3 a@2-4", "a b", true)]
    [InlineData("b@0-3 a@2-4", "~a &b", true)]
    [InlineData("b@0-1 a@2-3", "~a &b", true)]
    [InlineData("c@0-1 b@2-3 a@4-5", "~a &b c", false)]
    [InlineData("b@0-1 a@2-3 c@4-5", "~a &b c", true)]
    [InlineData("b@0-3 a@2-4 b@5-6", "~a &b", false)]
    [InlineData("a@0-9 b@1-2 c@3-4 d@10-11", "~a &b c d", true)]
    [InlineData("p@0-9 q@1-5 d@6-7 c@10-11", "~c &p &q d", true)]
    [InlineData("p@0-4 q@1-5 c@6-7 d@8-9", "~p &q d c", false)]
    [InlineData("c@0-3 d@1-2 a@4-6 b@5-7", "~a &b ~c &d", false)]
    [InlineData("c@0-1 d@2-3 a@4-5 b@6-7", "~a &b ~c &d", false)]
    [InlineData("b@0-1 a@2-3 d@4-5 c@6-7", "~a &b ~c &d", true)]
    [InlineData("c@0-1 d@2-3 a@4-5 b@6-7", "~a &b &c &d", true)]
    [InlineData("a@0-3 a@1-2 x@4-5", "~a &a x", true)]
    [InlineData("a@0-3 a@1-2 x@4-5", "~a &x a", true)]
    public void OnlyOrdersThatTimingDecidesAreTheSame(string calls, string golden, bool isSame)
    {
        GoldenEntry[] entries = [.. calls.Split(' ').Select(static call =>
        {
            string[] parts = call.Split('@', '-');
            return new GoldenEntry(new object(), null, 1000 * int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), 1000 * int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture), parts[0]);
        })];
        string[] lines = [.. golden.Split(' ').Select(static line => line.Replace("~", "~ ", StringComparison.Ordinal).Replace("&", "& ", StringComparison.Ordinal))];
        List<GoldenNode> received = GoldenTree.Build(entries, new LineScrubber(new GoldenOptions()));
        GoldenAligner.Align(GoldenText.Read(lines), received);
        Assert.Equal(isSame, lines.SequenceEqual(GoldenText.Write(received)));
    }

    [Fact]
    public void AProgramMatchesItselfWhateverTheTimingAndNoOther()
    {
        Random random = new(7);
        for (int round = 0; round < 500; round++)
        {
            // Steps follow each other; what is in one runs concurrently.
            string[][] steps = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(step => Enumerable.Range(0, 1 + random.Next(4)).Select(_ => $"s{step}.{(char)('a' + random.Next(3))}").ToArray())];
            IReadOnlyList<string> golden = GoldenText.Write(Run(steps, all: true));
            List<GoldenNode> received = Run(steps, all: false);
            GoldenAligner.Align(GoldenText.Read(golden), received);
            Assert.Equal(golden, GoldenText.Write(received));

            // Another order of the steps, or a call that is missing or more, is none that timing makes.
            if (steps.Length > 1)
            {
                string[][] other = [.. steps[1..], steps[0]];
                List<GoldenNode> reordered = Run(other, all: random.Next(2) == 0);
                GoldenAligner.Align(GoldenText.Read(golden), reordered);
                Assert.NotEqual(golden, GoldenText.Write(reordered));
            }

            steps[0] = [.. steps[0], "s0.a"];
            List<GoldenNode> more = Run(steps, all: false);
            GoldenAligner.Align(GoldenText.Read(golden), more);
            Assert.NotEqual(golden, GoldenText.Write(more));
        }

        List<GoldenNode> Run(string[][] steps, bool all)
        {
            List<GoldenEntry> entries = [];
            long now = 0;
            foreach (string[] step in steps)
            {
                foreach (string call in step)
                {
                    long start = now + (1000L * random.Next(10));
                    entries.Add(new GoldenEntry(new object(), null, start, all ? now + 20_000 : start + (1000L * (1 + random.Next(10))), call));
                }

                now += 21_000;
            }

            return GoldenTree.Build([.. entries.OrderBy(static entry => entry.Started)], new LineScrubber(new GoldenOptions()));
        }
    }

    [Fact]
    public void IdsAreNumberedAlikeWhicheverCallComesFirst()
    {
        string[] golden = ["~ Put(guid#1)", "& Put(guid#2)", "Get(guid#2)"];
        for (int run = 0; run < 20; run++)
        {
            Guid first = Guid.NewGuid();
            Guid second = Guid.NewGuid();
            List<GoldenNode> received = GoldenTree.Build(
                [
                    new GoldenEntry(new object(), null, 0, 2000, $"Put({(run % 2 == 0 ? first : second)})"),
                    new GoldenEntry(new object(), null, 1000, 3000, $"Put({(run % 2 == 0 ? second : first)})"),
                    new GoldenEntry(new object(), null, 4000, 5000, $"Get({second})"),
                ],
                new LineScrubber(new GoldenOptions()));
            GoldenAligner.Align(GoldenText.Read(golden), received);
            Assert.Equal(golden, GoldenText.Write(received));
        }
    }
}
