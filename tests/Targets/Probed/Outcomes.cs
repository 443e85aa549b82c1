using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods that return, throw and catch.</summary>
public static class Outcomes
{
    public static int Cleanups { get; private set; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Positive(int value) => value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "not positive");

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int WithFinally(int value)
    {
        try
        {
            return value < 0 ? throw new InvalidOperationException("negative") : value + 1;
        }
        finally
        {
            Cleanups++;
        }
    }

    /// <summary>Catches what the number says, in nested handlers, by type and by filter.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Catches(int kind)
    {
        try
        {
            try
            {
                return Raise(kind);
            }
            catch (FormatException)
            {
                return "inner";
            }
            catch (ArgumentException error) when (error.ParamName == "wanted")
            {
                return "filtered";
            }
        }
        catch (ArgumentException)
        {
            return "outer";
        }
        catch (Exception) when (kind == 99)
        {
            return "never";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Rethrows(int value)
    {
        try
        {
            return Positive2(value);
        }
        catch (ArgumentException)
        {
            Cleanups++;
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Wraps(int value)
    {
        try
        {
            return Positive2(value);
        }
        catch (ArgumentException error)
        {
            throw new InvalidOperationException("wrapped", error);
        }
    }

    /// <summary>Throws in a finally block while another exception is under way: the second replaces the first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Replaces()
    {
        try
        {
            throw new FormatException("first");
        }
        finally
        {
            Fail("second");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CatchesInLoop(int count)
    {
        int caught = 0;
        for (int i = 0; i < count; i++)
        {
            try
            {
                if (i % 2 == 0)
                {
                    Fail("even");
                }
            }
            catch (TimeoutException)
            {
                caught++;
            }
        }

        return caught;
    }

    public static async Task<string> CatchesAsync(Task gate)
    {
        try
        {
            await gate;
            Fail("after the await");
            return "no";
        }
        catch (TimeoutException error)
        {
            return error.Message;
        }
    }

    private static string Raise(int kind) => kind switch
    {
        1 => throw new FormatException("one"),
        2 => throw new ArgumentException("two", "wanted"),
        3 => throw new ArgumentException("three", "other"),
        4 => throw new TimeoutException("four"),
        _ => "none",
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Positive2(int value) => value > 0 ? value : throw new ArgumentException("not positive");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string message) => throw new TimeoutException(message);
}
