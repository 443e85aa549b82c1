using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>Methods with results, arguments and bodies of unusual kinds.</summary>
internal static class EdgeSubject
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int? Number(int? value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Subject.Kind? Kind(Subject.Kind? kind) => kind;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Subject.Kind Plain(Subject.Kind kind) => kind;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Flag(bool value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static char Letter(char value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Native(nint value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static (string Text, Guid Id, string More) Tuple(string text) => (text, Guid.Empty, text);

    // SAFETY: nothing is read or called through these.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe int* Pointer(int* value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe delegate*<int> Function(nint value) => (delegate*<int>)value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Span<int> Span(int[] values) => values;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref T Of<T>(T[] values) => ref values[0];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe int ByRef(ref Subject.Kind kind, ref int missing, ref int* pointer, in DateTime at, out string text)
    {
        text = kind.ToString();
        return Unsafe.IsNullRef(ref missing) ? -at.Day : (int)pointer;
    }

    // The body begins with the head of its loop.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Loop(int count)
    {
        while (count > 0)
        {
            count = Next(count);
        }

        return count;
    }

    // What leaves the try block finds no handler at first; what the finally block throws in its place finds one in this method.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Supersede(int value)
    {
        try
        {
            try
            {
                throw new InvalidOperationException();
            }
            finally
            {
                Throw(value);
            }
        }
        catch (TimeoutException)
        {
            return Subject.Add(value, 1);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static List<T> ListOf<T>(T value) => [value];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<T> EchoAsync<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async void Forget(TaskCompletionSource<int> done, int value)
    {
        await Task.Yield();
        done.SetResult(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Next(int count) => count - 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(int value)
    {
        if (value >= 0)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>A struct that fills itself.</summary>
    public struct Filled
    {
        public int Value;
        public string? Text;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public Filled(int value)
        {
            Value = value;
            Text = "filled";
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Set(int value) => Value = value;
    }

    /// <summary>A generic struct and what its code shares.</summary>
    /// <typeparam name="T">Any type.</typeparam>
    public struct Box<T>(T value)
    {
        public T Value = value;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public readonly T Take(T other) => other is null ? Value : other;
    }
}
