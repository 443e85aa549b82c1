using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Whatever the text, reading gives a spec or the one error.</summary>
public class ProbeSpecJsonFuzzTests
{
    private const int Cases = 5_000;

    private static readonly string[] Splices =
    [
        "{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e999", "0.5", "\"\\uD800\"", "\"type\":\"", "<", "\\", "{\"and\":[", "[[[[[[[[", "/*", "//", "18446744073709551616", "{\"value\":", "decimal", "System.Span<int>", "int[,,]?", "!",
    ];

    [Fact]
    public void Read_MutatedTexts_GivesASpecOrTheOneError()
    {
        Random random = new(20260801);
        RandomSpecs specs = new(seed: 99);
        byte[][] texts = [.. Enumerable.Range(0, 400).Select(_ => Encoding.UTF8.GetBytes(ProbeSpecJson.Write(specs.Next())))];
        int read = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < Cases; i++)
        {
            byte[] text = Mutate(random, texts[random.Next(texts.Length)], texts);
            Stopwatch watch = Stopwatch.StartNew();
            try
            {
                ProbeSpec spec = i % 2 == 0 ? ProbeSpecJson.Read(Encoding.UTF8.GetString(text)) : ReadBytes(text);
                read++;

                // What somebody wrote by hand has one canonical text.
                string canonical = ProbeSpecJson.Write(spec);
                ProbeSpec again = ProbeSpecJson.Read(canonical);
                Assert.Equal(spec, again);
                Assert.Equal(canonical, ProbeSpecJson.Write(again));
            }
            catch (ProbeJsonException error)
            {
                Assert.StartsWith("$", error.Path, StringComparison.Ordinal);
                Assert.NotEmpty(error.Why);
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Case {i}: {error}\n{Encoding.UTF8.GetString(text)}");
            }

            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }

        Assert.InRange(read, Cases / 100, Cases - (Cases / 10));
        Assert.True(slowest < TimeSpan.FromSeconds(20), $"A text took {slowest}.");
    }

    [Theory]
    [InlineData("{\"not\":", 100_000)]
    [InlineData("[", 1_000_000)]
    [InlineData("{\"and\":[", 5_000)]
    [InlineData("{\"a\":", 500)]
    [InlineData("  ", 1_000_000)]
    [InlineData("\"", 1_000_001)]
    [InlineData("9", 1_000_000)]
    public void Read_Repetitions_AreRefusedAtOnce(string part, int times)
    {
        string repeated = string.Concat(Enumerable.Repeat(part, times));
        Text.Refused(repeated);
        Text.Refused("{\"point\":{\"fake\":\"x\"},\"when\":" + repeated);
        Text.Refused("{\"point\":{\"fake\":\"x\"},\"capture\":{\"v\":{\"this\":\"" + repeated.Replace("\"", "<", StringComparison.Ordinal) + "\"}}}");
    }

    private static ProbeSpec ReadBytes(byte[] text)
    {
        Utf8JsonReader reader = new(text);
        return ProbeSpecJson.Read(ref reader);
    }

    private static byte[] Mutate(Random random, byte[] source, byte[][] texts)
    {
        List<byte> text = [.. source];
        for (int times = random.Next(1, 4); times > 0 && text.Count > 0; times--)
        {
            int at = random.Next(text.Count);
            int length = Math.Min(random.Next(1, 20), text.Count - at);
            switch (random.Next(9))
            {
                case 0:
                    text[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    text[at] = (byte)random.Next(256);
                    break;
                case 2:
                    text.RemoveRange(at, length);
                    break;
                case 3:
                    text.InsertRange(at, text.GetRange(at, length));
                    break;
                case 4:
                    text.RemoveRange(at, text.Count - at);
                    break;
                case 5:
                    byte[] other = texts[random.Next(texts.Length)];
                    int start = random.Next(other.Length);
                    text.InsertRange(at, other[start..Math.Min(other.Length, start + random.Next(60))]);
                    break;
                case 6:
                    text.InsertRange(at, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Splices[random.Next(Splices.Length)], random.Next(1, 1 << random.Next(8))))));
                    break;
                default:
                    Token(random, text, at);
                    break;
            }
        }

        return [.. text];
    }

    // A digit or letter for another: most of these stay JSON, and reach the rules behind the syntax.
    private static void Token(Random random, List<byte> text, int at)
    {
        for (int i = at; i < text.Count; i++)
        {
            if (char.IsAsciiLetterOrDigit((char)text[i]))
            {
                text[i] = (byte)(char.IsAsciiDigit((char)text[i]) ? '0' + random.Next(10) : 'a' + random.Next(26));
                return;
            }
        }
    }
}
