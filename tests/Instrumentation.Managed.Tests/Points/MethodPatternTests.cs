using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Points;

/// <summary>Texts that name methods: what does not parse is refused with a typed error, and nothing else comes out of any text.</summary>
public sealed class MethodPatternTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("NoColons")]
    [InlineData("Type:Method")]
    [InlineData("Type.Method")]
    [InlineData("Type:::Method")]
    [InlineData("Type::Method::Other")]
    [InlineData("::Method")]
    [InlineData(" ::Method")]
    [InlineData("A! ::Method")]
    [InlineData("!Type::Method")]
    [InlineData(" !Type::Method")]
    [InlineData("Type::")]
    [InlineData("Type:: ")]
    [InlineData("Type::(int)")]
    [InlineData("A!B!C::Method")]
    [InlineData("Type::Method(int")]
    [InlineData("Type::Method)")]
    [InlineData("Type::Method(int))")]
    [InlineData("Type::Method((int))")]
    [InlineData("Type::Method(int)(int)")]
    [InlineData("Type::Method(int) more")]
    [InlineData("Type::Method(int,)")]
    [InlineData("Type::Method(,)")]
    [InlineData("Type::Method(int,,int)")]
    [InlineData("Type::Method(List<int)")]
    [InlineData("Type::Method(List<int>>)")]
    [InlineData("Type::Method(int[)")]
    [InlineData("Type::Method(List<int[>])")]
    public void Text_ThatDoesNotParse_IsRefusedWithTheForm(string text)
    {
        SpecException error = Assert.Throws<SpecException>(() => Probe.Methods(text));

        Assert.Contains($"'{text}'", error.What, StringComparison.Ordinal);
        Assert.NotEmpty(error.Why);
        Assert.Contains("Namespace.Type::Method", error.Mend, StringComparison.Ordinal);
        Assert.Throws<SpecException>(() => Probe.Method(text));
    }

    [Fact]
    public void Text_AnyCharacters_ParsesOrIsRefused()
    {
        Random random = new(20_000);
        int parsed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = RandomText(random);
            try
            {
                MethodPattern pattern = MethodPattern.Parse(text);
                parsed++;
                foreach (MethodInfo method in typeof(Overloads).GetMethods())
                {
                    _ = pattern.Matches(method.DeclaringType!.Assembly) && pattern.Matches(method.DeclaringType) && pattern.Matches(method);
                }
            }
            catch (SpecException error)
            {
                Assert.Contains(text, error.What, StringComparison.Ordinal);
            }
        }

        Assert.InRange(parsed, 2000, 18_000);
    }

    [Fact]
    public async Task Attach_RandomTexts_GivesNoErrorButThoseOfPlaces()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        Random random = new(7);
        long end = Stopwatch.GetTimestamp() + (5 * Stopwatch.Frequency);
        for (int i = 0; i < 300 && Stopwatch.GetTimestamp() < end; i++)
        {
            string text = RandomText(random);
            try
            {
                _ = session.CanAttach(Probe.Method(text));
            }
            catch (Exception error) when (error is SpecException or PlaceNotFoundException or AmbiguousPlaceException)
            {
                Assert.NotEmpty(((InstrumentationException)error).Mend);
            }
        }

        Assert.Empty(session.Probes);
    }

    [Fact]
    public void Text_LongAndFullOfWildcards_IsDecidedAtOnce()
    {
        long start = Stopwatch.GetTimestamp();
        MethodPattern stars = MethodPattern.Parse(string.Concat(Enumerable.Repeat("*a", 2000)) + "::" + string.Concat(Enumerable.Repeat("*o", 2000)) + "*x");
        MethodPattern spaces = MethodPattern.Parse(new string(' ', 100_000) + "Type::Method");
        Assert.Throws<SpecException>(static () => MethodPattern.Parse(new string(' ', 100_000) + "!" + new string('a', 100_000)));

        Assert.False(stars.Matches(typeof(Overloads)));
        Assert.False(spaces.Matches(typeof(Overloads)));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Wildcard_RandomTexts_MatchesAsTheRegularExpressionDoes()
    {
        Random random = new(5);
        int matched = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "ab*?"[random.Next(4)]));
            string text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "ab"[random.Next(2)]));
            bool expected = Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$");

            Assert.True(expected == new Wildcard(pattern).Matches(text), $"'{pattern}' on '{text}'");
            matched += expected ? 1 : 0;
        }

        Assert.InRange(matched, 1000, 19_000);
    }

    // Mostly near to what parses: parts of real texts, in any order, with stray characters among them.
    private static string RandomText(Random random)
    {
        string[] parts = ["Probed", ".", "Overloads", "::", "::", "Pick", "(", ")", "int", ",", "*", "?", "!", "<", ">", "[", "]", "+", " ", "\0", "é", "\ud800", "::Pick(", "Type::M", "`1", "\\", "$", "^"];
        StringBuilder text = new(random.Next(3) == 0 ? "Probed.Overloads::" : string.Empty);
        for (int i = random.Next(10); i > 0; i--)
        {
            text.Append(random.Next(8) == 0 ? (char)random.Next(char.MaxValue + 1) : parts[random.Next(parts.Length)]);
        }

        return text.ToString();
    }
}
