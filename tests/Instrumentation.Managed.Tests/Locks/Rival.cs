using Instrumentation.Events;
using ThreadState = System.Threading.ThreadState;

namespace Instrumentation.Managed.Tests.Locks;

/// <summary>Two threads over one lock: the holder has it until the waiter has waited for some time.</summary>
internal static class Rival
{
    /// <summary>For how long the holder keeps the lock after the waiter was seen waiting.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(20);

    /// <summary>The operating system's id of the current thread.</summary>
    public static int ThreadId => ThreadStates.ThreadIdSource();

    /// <summary>Lets one thread wait for another, some times.</summary>
    /// <param name="times">How often.</param>
    /// <param name="take">Takes the lock on the holder's thread.</param>
    /// <param name="release">Gives it back there.</param>
    /// <param name="wait">Takes the lock, and gives it back, on the waiter's thread.</param>
    /// <returns>The two threads.</returns>
    public static (int Holder, int Waiter) Run(int times, Action take, Action release, Action wait) => Run(
        times,
        meanwhile =>
        {
            take();
            meanwhile();
            release();
        },
        wait);

    /// <summary>Lets one thread wait for another, some times.</summary>
    /// <param name="times">How often.</param>
    /// <param name="hold">Takes the lock on the holder's thread, calls what it is given, and gives the lock back.</param>
    /// <param name="wait">Takes the lock, and gives it back, on the waiter's thread.</param>
    /// <returns>The two threads.</returns>
    public static (int Holder, int Waiter) Run(int times, Action<Action> hold, Action wait)
    {
        int holderId = 0;
        int waiterId = 0;
        using SemaphoreSlim held = new(0);
        using SemaphoreSlim done = new(0);
        Thread waiter = new(() =>
        {
            waiterId = ThreadId;
            for (int i = 0; i < times; i++)
            {
                held.Wait();
                wait();
                done.Release();
            }
        });
        Thread holder = new(() =>
        {
            holderId = ThreadId;
            for (int i = 0; i < times; i++)
            {
                hold(() =>
                {
                    held.Release();
                    Thread.Sleep(5);
                    SpinWait.SpinUntil(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin) && held.CurrentCount == 0, TimeSpan.FromSeconds(10));
                    Thread.Sleep(Hold);
                });
                done.Wait();
            }
        });
        waiter.Start();
        holder.Start();
        holder.Join();
        waiter.Join();
        return (holderId, waiterId);
    }
}
