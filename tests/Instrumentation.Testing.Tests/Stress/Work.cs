using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Tests.Stress;

/// <summary>What is watched while it runs hot.</summary>
internal static class Work
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Add(long left, long right) => left + right;

    public static int Sum(int depth) => depth == 0 ? 0 : 1 + Sum(depth - 1);

    public static int Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fail(string why) => throw new InvalidOperationException(why);

    public static async Task<string> EchoAsync(string text)
    {
        await Task.Yield();
        return text;
    }

    public static async IAsyncEnumerable<string> StreamAsync(string text, int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return await EchoAsync($"{text}.{i}");
        }
    }
}
