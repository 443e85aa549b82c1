using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Instrumentation.Ebpf.Tests.Fuzzing;

/// <summary>
/// Reads mutations of an input over and over. Each must end in a value or an <see cref="InstrumentationException"/>, soon, and with memory in
/// proportion to the input. What fails is reported with its number: the same number makes the same mutation.
/// </summary>
internal static class Mutator
{
    private const int Most = 1_000_000;
    private const long MostAllocated = 16 << 20;

    private static readonly ulong[] Values = [0, 1, 2, 3, 7, 0x7f, 0x80, 0xff, 0xfff0, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff0, ulong.MaxValue];

    /// <summary>How many mutations a test makes: its share of what INSTRUMENTATION_FUZZ says, or of a million.</summary>
    /// <param name="percent">Its share in percent.</param>
    /// <returns>The count.</returns>
    public static int Count(int percent)
    {
        string? said = Environment.GetEnvironmentVariable("INSTRUMENTATION_FUZZ");
        long all = said is null ? Most : long.Parse(said, CultureInfo.InvariantCulture);
        return (int)Math.Max(1, all * percent / 100);
    }

    /// <summary>Reads mutations of an input.</summary>
    /// <param name="input">The input; it is left as it was.</param>
    /// <param name="places">Where the bytes that matter are: half of the mutations are there.</param>
    /// <param name="count">How many mutations.</param>
    /// <param name="read">What reads one.</param>
    public static void Run(byte[] input, IReadOnlyList<(int Start, int Length)> places, int count, Action<byte[]> read)
    {
        byte[] bytes = [.. input];
        int refused = 0;
        for (int number = 0; number < count; number++)
        {
            var random = new Random(number);
            int changes = random.Next(1, 4);
            for (int i = 0; i < changes; i++)
            {
                Change(bytes, places, random);
            }

            refused += Try(bytes, number, read) ? 0 : 1;
            input.CopyTo(bytes, 0);
        }

        // If none or all were refused, the mutations would test nothing.
        Assert.InRange(refused, count / 1000, count - (count / 1000));
    }

    /// <summary>Reads every beginning of an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="step">By how many bytes each beginning is longer than the one before.</param>
    /// <param name="read">What reads one.</param>
    public static void Truncate(byte[] input, int step, Action<byte[]> read)
    {
        for (int length = 0; length < input.Length; length += step)
        {
            Try(input[..length], length, read);
        }
    }

    private static bool Try(byte[] bytes, int number, Action<byte[]> read)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long began = Stopwatch.GetTimestamp();
        bool isRead = true;
        try
        {
            read(bytes);
        }
        catch (InstrumentationException)
        {
            isRead = false;
        }
        catch (Exception exception)
        {
            Assert.Fail($"Mutation {number}: {exception}");
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(allocated < MostAllocated, $"Mutation {number} took {allocated} bytes for an input of {bytes.Length}.");
        TimeSpan time = Stopwatch.GetElapsedTime(began);
        Assert.True(time < TimeSpan.FromSeconds(2), $"Mutation {number} took {time}.");
        return isRead;
    }

    private static void Change(byte[] bytes, IReadOnlyList<(int Start, int Length)> places, Random random)
    {
        int at = random.Next(bytes.Length);
        if (places.Count > 0 && random.Next(2) == 0)
        {
            (int start, int length) = places[random.Next(places.Count)];
            at = start + random.Next(length);
        }

        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                // A whole field at once: counts, sizes and offsets at the edges of their types.
                at = Math.Min(at & ~3, bytes.Length - 8);
                ulong value = Values[random.Next(Values.Length)] + (ulong)random.Next(-1, 2);
                if (random.Next(2) == 0)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)value);
                }
                else
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
                }

                break;
            default:
                int length = random.Next(1, 16);
                int from = random.Next(bytes.Length - length), to = Math.Min(at, bytes.Length - length);
                bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(to));
                break;
        }
    }
}
