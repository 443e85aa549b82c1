using System.Collections;
using System.Runtime.CompilerServices;

namespace Probed;

/// <summary>Methods that enumerate, in every way that an enumeration can go.</summary>
public static class Iteration
{
    public static IEnumerable<int> Count(int upTo)
    {
        for (int i = 0; i < upTo; i++)
        {
            yield return i;
        }
    }

    /// <summary>The parameters change while it runs, and what runs at its end is visible.</summary>
    public static IEnumerable<string> Texts(List<string> log, string prefix, int count)
    {
        log.Add("begin");
        try
        {
            while (count > 0)
            {
                prefix += count;
                count--;
                yield return prefix;
            }
        }
        finally
        {
            log.Add("end");
        }
    }

    public static IEnumerable<int> Fails(int after)
    {
        for (int i = 0; i < after; i++)
        {
            yield return i;
        }

        throw new InvalidOperationException("after " + after);
    }

    public static IEnumerable<int> FailsInTry(int after, List<string> log)
    {
        try
        {
            for (int i = 0; i < after; i++)
            {
                yield return i;
            }

            throw new FormatException("in try after " + after);
        }
        finally
        {
            log.Add("finally");
        }
    }

    public static IEnumerable<int> FailsInFinally(int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                yield return i;
            }
        }
        finally
        {
            if (count > 0)
            {
                throw new TimeoutException("in finally " + count);
            }
        }
    }

    public static IEnumerable<int> Nested(int depth)
    {
        yield return depth;
        if (depth > 0)
        {
            foreach (int inner in Nested(depth - 1))
            {
                yield return inner;
            }
        }
    }

    /// <summary>No enumerable but the enumerator itself.</summary>
    public static IEnumerator<int> Enumerator(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            yield return i;
        }
    }

    public static IEnumerator Untyped(object first)
    {
        yield return first;
        yield return first;
    }

    public static IEnumerable<T> Twice<T>(T value, T[] more)
    {
        yield return value;
        foreach (T one in more)
        {
            yield return one;
        }
    }

    public static IEnumerable<int> Unused(int used, int unused)
    {
        yield return used;
    }

    public static IEnumerable<int> Slow(int milliseconds)
    {
        yield return 1;
        Thread.Sleep(milliseconds);
        yield return 2;
    }

    /// <summary>Written by hand: no iterator to anyone.</summary>
    public static IEnumerable<int> ByHand(int count) => new HandMade(count);

    private sealed class HandMade(int count) : IEnumerable<int>, IEnumerator<int>
    {
        private int _next = -1;

        public int Current => _next;

        object IEnumerator.Current => _next;

        public IEnumerator<int> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;

        public bool MoveNext() => ++_next < count;

        public void Reset() => _next = -1;

        public void Dispose() => _next = count;
    }
}

/// <summary>Iterators of a generic type and of instances.</summary>
public class IterationShelf<T>(T held)
{
    private readonly T _held = held;

    public IEnumerable<T> Repeat(int times)
    {
        for (int i = 0; i < times; i++)
        {
            yield return _held;
        }
    }

    /// <summary>It does not use the instance.</summary>
#pragma warning disable CA1822
    public IEnumerable<int> Plain(int times)
#pragma warning restore CA1822
    {
        yield return times;
    }

    public IEnumerable<(T Left, TOther Right)> With<TOther>(TOther other, int times)
    {
        for (int i = 0; i < times; i++)
        {
            yield return (_held, other);
        }
    }

    public async IAsyncEnumerable<T> RepeatAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await Task.Yield();
            yield return _held;
        }
    }
}

/// <summary>An iterator of a struct, which runs on a copy.</summary>
public struct IterationPair(int left, int right)
{
    public int Left = left;
    public int Right = right;

    public readonly IEnumerable<int> Both(int scale)
    {
        yield return Left * scale;
        yield return Right * scale;
    }
}

/// <summary>Async iterators.</summary>
public static class AsyncIteration
{
    public static async IAsyncEnumerable<int> Count(int upTo)
    {
        for (int i = 0; i < upTo; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public static async IAsyncEnumerable<int> Gated(Func<int, Task> gate, int upTo, [EnumeratorCancellation] CancellationToken token = default)
    {
        for (int i = 0; i < upTo; i++)
        {
            await gate(i).WaitAsync(token);
            yield return i;
        }
    }

    public static async IAsyncEnumerable<string> Texts(List<string> log, string prefix, int count)
    {
        log.Add("begin");
        try
        {
            while (count > 0)
            {
                prefix += count;
                count--;
                await Task.Yield();
                yield return prefix;
            }
        }
        finally
        {
            await Task.Yield();
            log.Add("end");
        }
    }

    public static async IAsyncEnumerable<int> Fails(int after, bool wait)
    {
        for (int i = 0; i < after; i++)
        {
            yield return i;
        }

        if (wait)
        {
            await Task.Yield();
        }

        throw new InvalidOperationException("async after " + after);
    }

    public static async IAsyncEnumerable<int> FailsInFinally(int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                yield return i;
            }
        }
        finally
        {
            await Task.Yield();
            throw new TimeoutException("async in finally " + count);
        }
    }

    public static async IAsyncEnumerable<T> Twice<T>(T value, T[] more)
    {
        yield return value;
        await Task.Yield();
        foreach (T one in more)
        {
            yield return one;
        }
    }

    public static async IAsyncEnumerator<int> Enumerator(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    /// <summary>It never waits: every step ends where it began.</summary>
    public static async IAsyncEnumerable<int> Synchronous(int upTo)
    {
        await Task.CompletedTask;
        for (int i = 0; i < upTo; i++)
        {
            yield return i;
        }
    }
}

/// <summary>Async methods that are resumed.</summary>
public static class Resumed
{
    public static async Task<int> Doubled(Task gate, int value)
    {
        await gate;
        await Task.Yield();
        return value * 2;
    }

    public static async Task<int> FailsLater(Task gate, int value)
    {
        await gate;
        throw new InvalidOperationException("later " + value);
    }

    public static async Task<int> Reassigns(Task gate, int value, string text)
    {
        value *= 100;
        text += " changed";
        await gate;
        value++;
        return value + text.Length;
    }

    public static async Task<int> Catches(int value)
    {
        try
        {
            await Task.Yield();
            throw new InvalidOperationException("caught");
        }
        catch (InvalidOperationException)
        {
            return -value;
        }
    }
}

/// <summary>Async methods of a generic type that are resumed.</summary>
public sealed class ResumedShelf<T>(T held)
{
    public async Task<T> Swap(Task gate, T value)
    {
        T old = held;
        held = value;
        await gate;
        return old;
    }
}
