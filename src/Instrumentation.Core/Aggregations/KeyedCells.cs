using System.Numerics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Aggregations;

/// <summary>
/// A table of aggregates by key on one thread: an open-addressing hash table that is at most three quarters full. Cells of 8 bytes: the number of
/// keys; the aggregate of hits that found no room ("other"); then entries of a key and its aggregate (<see cref="AggregateCells"/>); an entry whose
/// count is 0 is free. Keys never leave.
/// </summary>
internal static unsafe class KeyedCells
{
    /// <summary>Index of the number of keys.</summary>
    public const int Used = 0;

    /// <summary>Index of the aggregate of hits without room.</summary>
    public const int Other = 1;

    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Index of the first entry.</summary>
    /// <param name="words">Cells of an aggregate.</param>
    /// <returns>The index.</returns>
    public static int First(int words) => Other + words;

    /// <summary>Entries of a table.</summary>
    /// <param name="capacity">The most keys.</param>
    /// <returns>A power of two, a third more than the capacity at least.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size(int capacity) => (int)BitOperations.RoundUpToPowerOf2(((uint)capacity * 4 + 2) / 3);

    /// <summary>Bytes of the cells.</summary>
    /// <param name="capacity">The most keys, 1 to 65536.</param>
    /// <param name="words">Cells of an aggregate.</param>
    /// <returns>The bytes, a multiple of 8.</returns>
    public static long Bytes(int capacity, int words) => (First(words) + ((1L + words) * Size(capacity))) * sizeof(long);

    /// <summary>The aggregate of a key, which the caller updates at once: an entry is taken as soon as its count is not 0.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="key">The key, widened to 64 bits.</param>
    /// <param name="capacity">The most keys, as the cells were made for.</param>
    /// <param name="words">Cells of an aggregate.</param>
    /// <returns>The aggregate's cells: the key's own, or those of "other".</returns>
    /// <remarks>It has a loop, so it is not inlined; compiled fully at once, since the first tier of a hot loop would cost the program that is observed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* Find(byte* cells, long key, int capacity, int words)
    {
        // SAFETY: the cells are Bytes long and only the current thread writes them; the mask keeps entries below Size. A free entry is always found,
        // since a quarter of them is.
        long* all = (long*)cells;
        long* entries = all + Other + words;
        int mask = Size(capacity) - 1;
        int at = (int)(((ulong)key * Golden) >> 32) & mask;
        while (true)
        {
            long* entry = entries + ((1L + words) * at);
            if (entry[1 + AggregateCells.Count] == 0)
            {
                if (all[Used] >= capacity)
                {
                    return (byte*)(all + Other);
                }

                // Who reads meanwhile takes entries with a count only, which the caller writes after this.
                all[Used]++;
                entry[0] = key;
                return (byte*)(entry + 1);
            }

            if (entry[0] == key)
            {
                return (byte*)(entry + 1);
            }

            at = (at + 1) & mask;
        }
    }
}
