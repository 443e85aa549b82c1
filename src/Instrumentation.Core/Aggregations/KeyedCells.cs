using System.Numerics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Aggregations;

/// <summary>
/// A table of counts by key on one thread: an open-addressing hash table that is at most three quarters full. Cells of 8 bytes: the count of hits
/// that found no room ("other"), the number of keys, then pairs of key and count; a pair with count 0 is free. Keys never leave.
/// </summary>
internal static unsafe class KeyedCells
{
    /// <summary>Index of the count of hits without room.</summary>
    public const int Other = 0;

    /// <summary>Index of the number of keys.</summary>
    public const int Used = 1;

    /// <summary>Index of the first pair.</summary>
    public const int Pairs = 2;

    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Pairs of a table.</summary>
    /// <param name="capacity">The most keys.</param>
    /// <returns>A power of two, a third more than the capacity at least.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size(int capacity) => (int)BitOperations.RoundUpToPowerOf2(((uint)capacity * 4 + 2) / 3);

    /// <summary>Bytes of the cells.</summary>
    /// <param name="capacity">The most keys, 1 to 65536.</param>
    /// <returns>The bytes, a multiple of 8.</returns>
    public static int Bytes(int capacity) => (Pairs + (2 * Size(capacity))) * sizeof(long);

    /// <summary>Counts a hit.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="key">The key, widened to 64 bits.</param>
    /// <param name="capacity">The most keys, as the cells were made for.</param>
    /// <remarks>It has a loop, so it is not inlined; compiled fully at once, since the first tier of a hot loop would cost the program that is observed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Increment(byte* cells, long key, int capacity)
    {
        // SAFETY: the cells are Bytes long and only the current thread writes them; the mask keeps pairs below Size. A free pair is always found, since
        // a quarter of them is.
        long* words = (long*)cells;
        int mask = Size(capacity) - 1;
        int at = (int)(((ulong)key * Golden) >> 32) & mask;
        while (true)
        {
            long* pair = words + Pairs + (2 * at);
            if (pair[1] == 0)
            {
                break;
            }

            if (pair[0] == key)
            {
                pair[1]++;
                return;
            }

            at = (at + 1) & mask;
        }

        if (words[Used] >= capacity)
        {
            words[Other]++;
            return;
        }

        // The key before the count: who reads meanwhile takes pairs with a count only.
        words[Used]++;
        words[Pairs + (2 * at)] = key;
        Volatile.Write(ref words[Pairs + (2 * at) + 1], 1);
    }
}
