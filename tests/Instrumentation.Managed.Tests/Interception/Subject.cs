using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Tests.Interception;

/// <summary>What is intercepted.</summary>
internal class Subject
{
    public enum Kind : byte
    {
        Small = 1,
        Large = 2,
    }

    public int Runs;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Add(int a, int b) => a + b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Join(string text, ReadOnlySpan<char> more, Span<int> numbers, ref int counter, out long length)
    {
        counter++;
        length = text.Length + more.Length + numbers.Length;
        return text + more.ToString();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Kind Double(Kind kind, DateTime at, decimal amount, Point where) => amount + where.X > 0 && at.Year > 1 ? kind : Kind.Large;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Same<T>(T value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TimeSpan Fail(string message) => throw new InvalidOperationException(message);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref int First(int[] values) => ref values[0];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Run() => Runs++;

    public async Task<string> LoadAsync(string key, Task until)
    {
        await until.ConfigureAwait(false);
        return key == "bad" ? throw new KeyNotFoundException(key) : key + "!";
    }

    public async ValueTask<int> CountAsync(int count)
    {
        await Task.Yield();
        return count;
    }

    public Task StoreAsync()
    {
        Runs++;
        return Task.CompletedTask;
    }

    public struct Point(int x, int y)
    {
        public int X = x;
        public int Y = y;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public readonly int Sum() => X + Y;
    }
}
