using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods that many threads call while probes come and go.</summary>
public static class Busy
{
    public static int Mix(int value, string text)
    {
        try
        {
            return value + Length(text);
        }
        finally
        {
            GC.KeepAlive(text);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Counted(int value) => value * 3;

    public static int FromThreads(int value) => value + 1;

    private static int Length(string text) => text.Length;
}
