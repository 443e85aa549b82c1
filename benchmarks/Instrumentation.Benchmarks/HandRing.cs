using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Benchmarks;

/// <summary>What a program would write by hand: a ring of the thread's own that takes records of 32 bytes. Nobody reads it, and it does not look for room.</summary>
internal static unsafe class HandRing
{
    private const int Bytes = 256 * 1024;
    private const int RecordBytes = 4 * sizeof(long);

    [ThreadStatic]
    private static byte* _memory;

    [ThreadStatic]
    private static long _position;

    /// <summary>The records that the current thread has written.</summary>
    public static long Records => _position / RecordBytes;

    /// <summary>Writes a record.</summary>
    /// <param name="end">When the call ended.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="left">Its first argument.</param>
    /// <param name="right">Its second argument.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(long end, long duration, int left, int right)
    {
        byte* memory = _memory;
        if (memory == null)
        {
            _memory = memory = (byte*)NativeMemory.AllocZeroed(Bytes);
        }

        // SAFETY: the ring is the thread's own, and its size a multiple of the record's.
        long* record = (long*)(memory + (_position & (Bytes - 1)));
        record[0] = end;
        record[1] = duration;
        record[2] = left;
        record[3] = right;
        _position += RecordBytes;
    }
}
