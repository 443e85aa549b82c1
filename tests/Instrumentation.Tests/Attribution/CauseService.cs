using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Instrumentation.Tests.Attribution;

/// <summary>
/// A service whose requests have known causes, each with the request's number in it: three files opened, one of them synchronized, sixteen seeks on all kinds of threads, and in some requests 20 ms of sleep and a
/// wait for a lock. Between them it awaits all there is to await.
/// </summary>
internal sealed class CauseService : IDisposable
{
    /// <summary>Files that a request opens.</summary>
    public const int Opens = 3;

    /// <summary>Seeks that a request makes.</summary>
    public const int Seeks = 16;

    /// <summary>One in so many requests sleeps and waits for the lock.</summary>
    public const int SlowEvery = 25;

    /// <summary>The sleep, in milliseconds.</summary>
    public const int Sleep = 20;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(8);

    /// <summary>The folder of the files.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("causes").FullName;

    /// <summary>The beginning of each request's files.</summary>
    public string Prefix => Path.Combine(Folder, "request-");

    /// <summary>Handles a request.</summary>
    /// <param name="request">Its number.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async Task HandleAsync(int request)
    {
        Seek(request, 0);
        Open(request, 0).Dispose();
        await Task.Yield();
        Seek(request, 1);
        await QueryAsync(request);
        Seek(request, 6);
        await Task.WhenAll(Task.Run(() => Seek(request, 7)), Task.Run(() => Seek(request, 8)), SeekLaterAsync(request, 9));
        using (SafeFileHandle file = Open(request, 1))
        {
            await RandomAccess.WriteAsync(file, new byte[64], 0);
            RandomAccess.FlushToDisk(file);
        }

        await _turn.WaitAsync();
        Seek(request, 10);
        _turn.Release();
        Thread thread = new(() => Seek(request, 11)) { IsBackground = true };
        thread.Start();
        await Task.Delay(1).ConfigureAwait(false);
        thread.Join();
        await foreach (int step in StepsAsync())
        {
            Seek(request, 12 + step);
        }

        Open(request, 2).Dispose();
        if (request % SlowEvery == 0)
        {
            Wait();
        }

        TaskCompletionSource done = new();
        using Timer timer = new(_ => done.SetResult(), null, 1, Timeout.Infinite);
        await done.Task;
        Seek(request, 14);
        Seek(request, 15);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A part of a request: an asynchronous call in it.</summary>
    /// <param name="request">Its number.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task QueryAsync(int request)
    {
        Seek(request, 2);
        await Task.Yield();
        Read(request);
        await Task.Delay(1);
        Seek(request, 5);
    }

    /// <summary>A part of a query: a synchronous call in it, which blocks until a task of the same request has run.</summary>
    /// <param name="request">Its number.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Read(int request)
    {
        Seek(request, 3);
        Task.Run(() => Seek(request, 4)).Wait();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        Thread.Sleep(Sleep);
        lock (_lock)
        {
            long until = Environment.TickCount64 + 5;
            while (Environment.TickCount64 < until)
            {
                Thread.SpinWait(100);
            }
        }
    }

    private static async Task SeekLaterAsync(int request, int number)
    {
        await Task.Yield();
        Seek(request, number);
    }

    private static async IAsyncEnumerable<int> StepsAsync()
    {
        yield return 0;
        await Task.Yield();
        yield return 1;
    }

    private SafeFileHandle Open(int request, int number) => File.OpenHandle($"{Prefix}{request}-{number}", FileMode.OpenOrCreate, FileAccess.ReadWrite);

    private static void Seek(int request, int number) => Order.Seeks.Call(((long)request << 8) | (long)number);
}
