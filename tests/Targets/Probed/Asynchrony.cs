using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods that return tasks, in every way that they can end.</summary>
public static class Asynchrony
{
    public static async Task Plain(Task gate) => await gate;

    public static async Task<int> Doubled(Task gate, int value)
    {
        await gate;
        await Task.Yield();
        return value * 2;
    }

    public static async ValueTask PlainValue(Task gate) => await gate;

    public static async ValueTask<string> TextValue(Task gate, string text)
    {
        await gate;
        return text + "!";
    }

    public static async Task<int> FailsFirst(int value)
    {
        if (value < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "first");
        }

        await Task.Yield();
        return value;
    }

    public static async Task<int> FailsLater(Task gate, int value)
    {
        await gate;
        throw new InvalidOperationException("later " + value);
    }

    public static async ValueTask<int> FailsLaterValue(Task gate, int value)
    {
        await gate;
        throw new InvalidOperationException("later value " + value);
    }

    public static async Task<int> Cancellable(CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        return 1;
    }

    /// <summary>No async method: it hands on the task of another.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<int> HandsOn(Task<int> inner, int ignored) => ignored < 0 ? throw new ArgumentException("no task at all") : inner;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task? NoTask() => null;

    public static async IAsyncEnumerable<int> Numbers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public static async Task<int> Reassigns(Task gate, int value, string text)
    {
        value *= 100;
        text += " changed";
        await gate;
        value++;
        return value + text.Length;
    }
}

/// <summary>Async methods of a generic type.</summary>
public sealed class AsyncShelf<T>(T held)
{
    public async Task<T> Swap(Task gate, T value)
    {
        T old = held;
        held = value;
        await gate;
        return old;
    }
}
